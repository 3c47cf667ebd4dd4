import { describe, expect, test } from '@jest/globals'
import {
  SURPRISE,
  skipBoolean,
  skipInt,
  skipNull,
  skipNumber,
  skipString,
  skipValue,
  skipWholeNumber,
} from '../../../platform/data/json-bytes.ts'
import fc from '../../support/fast-check.ts'

type Skip = (bytes: Buffer, view: DataView, at: number) => number

const BEHIND = ['', ',', '}', ']', ' ', ':', '"', 'x']

/** True if a text is skipped as a whole, with any bytes before and behind it. */
function isSkipped(skip: Skip, text: string): boolean {
  const verdicts = BEHIND.map((behind) => {
    const bytes = Buffer.from(`[ ${text}${behind}`)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    try {
      return skip(bytes, view, 2) === bytes.length - Buffer.byteLength(behind)
    } catch (error) {
      if (error !== SURPRISE) throw error
      return false
    }
  })
  expect(new Set(verdicts).size).toBe(1)
  return verdicts[0] === true
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const ignoreView =
  (skip: (bytes: Buffer, at: number) => number): Skip =>
  (bytes, _view, at) =>
    skip(bytes, at)

const digits = fc.string({ unit: fc.constantFrom(...'0123456789-+.eE'), minLength: 1, maxLength: 14 })
const letters = fc.string({
  unit: fc.constantFrom(...'a"\\/bfnrtu0dDgéё日😀\u2028\n\t\0\u001f\u007f {}[],:'),
  maxLength: 24,
})

describe('numbers', () => {
  const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
  const whole = /^-?(0|[1-9]\d*)$/

  test('Exactly the numbers of JSON are skipped as numbers', () => {
    fc.assert(
      fc.property(digits, (text) => {
        const isShort = !/[eE][+-]?\d{3}/.test(text)
        if (isShort) expect([text, isSkipped(ignoreView(skipNumber), text)]).toEqual([text, number.test(text)])
        expect([text, isSkipped(ignoreView(skipWholeNumber), text)]).toEqual([text, whole.test(text)])
      }),
      { numRuns: 3_000 },
    )
  })

  test.each([
    ['2147483647', true],
    ['2147483648', false],
    ['-2147483648', true],
    ['-2147483649', false],
    ['-0', true],
    ['999999999', true],
    ['-999999999', true],
    ['9999999999', false],
    ['12345678901', false],
    ['1.0', false],
    ['1e0', false],
    ['01', false],
  ])('The text %s as a whole number of 32 bits is %s', (text, expected) => {
    expect(isSkipped(ignoreView(skipInt), text)).toBe(expected)
  })

  test.each([
    ['9'.repeat(200), true],
    ['9'.repeat(201), false],
    [`0.${'0'.repeat(198)}`, true],
    [`0.${'0'.repeat(199)}`, false],
    ['1e99', true],
    ['1e100', false],
    ['1e0001', false],
    ['1e-99', true],
    [`${'9'.repeat(197)}e99`, true],
    [`${'9'.repeat(199)}e99`, false],
  ])('A number that could be infinite is left to the parser: %s', (text, expected) => {
    expect(isSkipped(ignoreView(skipNumber), text)).toBe(expected)
    if (expected) expect(Number.isFinite(JSON.parse(text))).toBe(true)
  })
})

describe('strings and words', () => {
  test('Exactly the strings of JSON are skipped as strings, at any offset', () => {
    fc.assert(
      fc.property(letters, fc.boolean(), (inside, isClosed) => {
        const text = `"${inside}${isClosed ? '"' : ''}`
        expect([text, isSkipped(skipString, text)]).toEqual([text, isJson(text) && text === text.trim()])
      }),
      { numRuns: 5_000 },
    )
  })

  test('A string of any length ends at its closing quote', () => {
    for (let length = 0; length < 40; length++) {
      for (const odd of ['', '\\n', '\\"', '\\u00e9', 'é', '日', '\u007f']) {
        for (let at = 0; at <= length; at++) {
          const text = `"${'x'.repeat(at)}${odd}${'x'.repeat(length - at)}"`
          expect([text, isSkipped(skipString, text)]).toEqual([text, true])
        }
      }
      for (const odd of ['\n', '\0', '\u001f', '\\x', '\\u12', '\\u12g4'])
        expect(isSkipped(skipString, `"${'x'.repeat(length)}${odd}"`)).toBe(false)
    }
  })

  test.each(['true', 'false', 'null', 'nul', 'nulL', 'True', 'fals', 'trux', 'falsy', 'nuLL'])(
    'The word is skipped: %s',
    (text) => {
      expect(isSkipped(ignoreView(skipBoolean), text)).toBe(text === 'true' || text === 'false')
      expect(isSkipped(ignoreView(skipNull), text)).toBe(text === 'null')
    },
  )
})

describe('values', () => {
  const value = fc.jsonValue({ maxDepth: 5 })

  test('Every value is skipped as a whole', () => {
    fc.assert(
      fc.property(value, (each) => {
        const text = JSON.stringify(each)
        // Numbers with an exponent of three digits are left to the parser.
        fc.pre(!/\de[+-]\d{3}/.test(text))
        expect([text, isSkipped(skipValue, text)]).toEqual([text, true])
      }),
    )
  })

  test('Every skipped value is JSON', () => {
    fc.assert(
      fc.property(
        value,
        fc.nat(),
        fc.constantFrom(...'{}[],:"0e-. \\nx', ''),
        fc.nat(2),
        (each, place, other, gone) => {
          const text = JSON.stringify(each)
          const at = place % (text.length + 1)
          const changed = text.slice(0, at) + other + text.slice(at + gone)
          if (isSkipped(skipValue, changed)) expect(isJson(changed)).toBe(true)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  test.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('Nested %s are skipped up to a depth of 200', (_what, open, close) => {
    const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`
    expect([200, 201].map((depth) => isSkipped(skipValue, nested(depth)))).toEqual([true, false])
  })
})
