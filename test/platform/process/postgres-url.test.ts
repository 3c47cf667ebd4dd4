import { describe, expect, test } from '@jest/globals'
import { hostNames, hostUrls, isPostgresUrl } from '../../../platform/process/postgres-url.ts'

describe('hosts', () => {
  test.each<[url: string, hosts: readonly string[]]>([
    ['postgresql://u:p@one/bank', ['postgresql://u:p@one/bank']],
    [
      'postgresql://u:p@h1:5432,h2:5433,h3/bank?sslmode=require',
      [
        'postgresql://u:p@h1:5432/bank?sslmode=require',
        'postgresql://u:p@h2:5433/bank?sslmode=require',
        'postgresql://u:p@h3/bank?sslmode=require',
      ],
    ],
    ['postgres://u:a,b%40c@h1,h2/', ['postgres://u:a,b%40c@h1/', 'postgres://u:a,b%40c@h2/']],
    ['postgresql://[::1]:5432,[::2]/bank', ['postgresql://[::1]:5432/bank', 'postgresql://[::2]/bank']],
    [
      'postgresql://h1,h2/bank?target_session_attrs=read-write&application_name=it',
      ['postgresql://h1/bank?application_name=it', 'postgresql://h2/bank?application_name=it'],
    ],
  ])('%s', (url, hosts) => {
    expect(isPostgresUrl(url)).toBe(true)
    expect(hostUrls(url)).toEqual(hosts)
  })

  test('Hosts are shown without the password', () => {
    expect(hostNames('postgresql://u:secret@h1:5432,h2/bank')).toBe('h1:5432,h2')
  })
})

test.each([
  'mysql://h1/bank',
  'h1:5432',
  'postgresql://h1:port/bank',
  'postgresql://h1,,h2/bank',
  'postgresql://h1,h2:99999/bank',
  'postgresql://h1,h2/bank?target_session_attrs=standby',
])('%s is no URL for a service that writes', (url) => {
  expect(isPostgresUrl(url)).toBe(false)
})

test('A URL for reads may ask for a standby', () => {
  const url = 'postgresql://h1,h2/bank?target_session_attrs=prefer-standby'
  expect(isPostgresUrl(url, true)).toBe(true)
  expect(hostUrls(url)).toEqual(['postgresql://h1/bank', 'postgresql://h2/bank'])
  expect(isPostgresUrl(`${url}-if-any`, true)).toBe(false)
})
