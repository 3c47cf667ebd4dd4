import { describe, expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import { z } from 'zod'
import { commaList, httpUrl, port, readSettings, redisUrl, SettingsError } from '../../../platform/process/settings.ts'

const shape = z.object({ PORT: port.default(4000), URLS: commaList(httpUrl).optional(), NAME: z.string('is required') })

describe('settings', () => {
  test('Settings are parsed, completed by defaults and frozen', () => {
    const settings = readSettings(shape, { NAME: 'x', URLS: ' http://a/ , https://b:1/p', PORT: '' })
    expect(settings).toEqual({ PORT: 4000, URLS: ['http://a', 'https://b:1/p'], NAME: 'x' })
    expect(Object.isFrozen(settings)).toBe(true)
  })

  test('All wrong settings are reported at once', () => {
    let caught: unknown
    try {
      readSettings(shape, { PORT: '70000', URLS: 'ftp://a,b' })
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(SettingsError)
    const { faults } = caught as SettingsError
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['PORT', 'URLS', 'URLS', 'NAME'])
  })

  test.each(['-1', '1.5', '1e3', 'x', '65536', ' 80'])('The port %j is refused', (PORT) => {
    expect(() => readSettings(shape, { NAME: 'x', PORT })).toThrow(/PORT: must be a port/)
  })

  test.each(['redis://cache', 'rediss://me:my%40own@cache:6379/', 'redis://[::1]:6379/15'])(
    'The URL of Redis %s is taken, and read by the client',
    (url) => {
      expect(redisUrl.parse(url)).toBe(url)
      expect(() => createClient({ url })).not.toThrow()
    },
  )

  test.each([
    'cache:6379',
    'http://cache',
    'redis://cache/mine',
    'redis://cache/0/1',
    'redis://cache/1.5',
    'redis://cache/-1',
    'redis://me:my%own@cache',
  ])('The URL of Redis %s is refused once', (url) => {
    expect(redisUrl.safeParse(url).error?.issues.map(({ message }) => message)).toEqual([
      'must be a redis or rediss URL, without a path or with the number of a database as its path',
    ])
  })
})
