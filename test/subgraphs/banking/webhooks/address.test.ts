import { describe, expect, test } from '@jest/globals'
import {
  ADDRESS_REFUSED,
  faultOfUrl,
  isPublicAddress,
  publicLookup,
} from '../../../../subgraphs/banking/webhooks/address.ts'

describe('address', () => {
  test.each(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001::1', '2001:4860:4860::8888'])(
    'The address %s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.2.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '::ffff:1.1.1.1',
    '::7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '::ffff:0:7f00:1',
    '2002:7f00:1::',
    '2001::7f00:1',
    '2001:0:5ef5:79fd::1',
    '2001:10::1',
    '2001:20::1',
    '2001:2::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    '1::1',
    '100::1',
    '400::1',
    '1fff:ffff::1',
    '4000::1',
    '8000::1',
    'e000::1',
    'fbff::1',
    'fec0::1',
    'localhost',
    '',
  ])('The address "%s" is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('URL', () => {
  test.each(['https://example.com/hook', 'https://example.com:8443/a?b=c', 'https://1.1.1.1/'])(
    'The URL %s is called',
    (url) => {
      expect(faultOfUrl(url, false)).toBeUndefined()
    },
  )

  test.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:secret@example.com/',
    'https://example.com/#part',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://api.localhost/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[4000::1]/',
    'https://[2002:7f00:1::]/',
    'https://169.254.169.254/latest/meta-data',
    `https://example.com/${'x'.repeat(2_048)}`,
    'example.com',
    '',
  ])('The URL %s is not called', (url) => {
    expect(faultOfUrl(url, false)).toEqual(expect.any(String))
  })

  test('A URL may be private and plain where that is explicitly allowed', () => {
    expect(faultOfUrl('http://127.0.0.1:8080/', true)).toBeUndefined()
    expect(faultOfUrl('ftp://127.0.0.1/', true)).toBeDefined()
  })
})

test.each([{ all: true }, { all: false }, { family: 4 }])(
  'A name that resolves to loopback is refused when connecting (%j)',
  async (options) => {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      publicLookup('localhost', options, resolve)
    })
    expect(error?.code).toBe(ADDRESS_REFUSED)
  },
)
