import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { commaList, httpUrl, port, readSettings, SettingsError } from '../../../platform/process/settings.ts'

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
})
