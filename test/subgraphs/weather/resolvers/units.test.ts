import { describe, expect, test } from '@jest/globals'
import { conditionName, conditionWords } from '../../../../subgraphs/weather/resolvers/conditions.ts'
import {
  inDepthUnit,
  inPressureUnit,
  inSpeedUnit,
  inTemperatureUnit,
} from '../../../../subgraphs/weather/resolvers/units.ts'

test.each([
  [inTemperatureUnit(-40, 'FAHRENHEIT'), -40],
  [inTemperatureUnit(100, 'FAHRENHEIT'), 212],
  [inTemperatureUnit(26.85, 'KELVIN'), 300],
  [inTemperatureUnit(21.37, 'CELSIUS'), 21.4],
  [inSpeedUnit(36, 'METRES_PER_SECOND'), 10],
  [inSpeedUnit(100, 'MILES_PER_HOUR'), 62.1],
  [inSpeedUnit(18.52, 'KNOTS'), 10],
  [inDepthUnit(25.4, 'INCHES'), 1],
  [inPressureUnit(1013.25, 'INCHES_OF_MERCURY'), 29.92],
  [inTemperatureUnit(null, 'FAHRENHEIT'), null],
])('The value %d is converted to %d', (given, expected) => expect(given).toBe(expected))

describe('WMO codes', () => {
  const codes = [
    0, 1, 2, 3, 45, 48, 51, 53, 55, 56, 57, 61, 63, 65, 66, 67, 71, 73, 75, 77, 80, 81, 82, 85, 86, 95, 96, 99,
  ]

  test('Each WMO code has a unique name and descriptions in two languages', () => {
    for (const words of [
      codes.map(conditionName),
      codes.map((code) => conditionWords(code, 'en')),
      codes.map((code) => conditionWords(code, 'pt')),
    ]) {
      expect(words).not.toContain(null)
      expect(new Set(words).size).toBe(codes.length)
    }
  })

  test('The language is taken from any tag, and English replaces an unsupported one', () => {
    expect(conditionWords(61, 'pt-BR')).toBe('Chuva fraca')
    expect(conditionWords(61, 'PT')).toBe('Chuva fraca')
    expect(conditionWords(61, 'de')).toBe('Light rain')
  })

  test('An unknown WMO code has neither name nor description', () => {
    expect([conditionName(4), conditionName(null), conditionWords(100, 'en'), conditionWords(null, 'en')]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})
