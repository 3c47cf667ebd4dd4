import { describe, expect, test } from '@jest/globals'
import { isRawNumber, numberOf, parseExact } from '../../../platform/data/json-exact.ts'
import fc from '../../support/fast-check.ts'

const digits = fc.stringMatching(/^\d{1,25}$/)
const whole = fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,24}$/))
const number = fc
  .tuple(fc.constantFrom('', '-'), whole, fc.option(digits), fc.option(fc.stringMatching(/^[eE][-+]?\d{1,3}$/)))
  .map(
    ([sign, first, fraction, exponent]) => `${sign}${first}${fraction === null ? '' : `.${fraction}`}${exponent ?? ''}`,
  )
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value))
const leaf = fc.oneof(
  number,
  double,
  fc.jsonValue({ maxDepth: 0 }).map((value) => JSON.stringify(value)),
)
const space = fc.constantFrom('', '', ' ', '\n\t')
const json = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.tuple(space, fc.array(tie('value'))).map(([gap, items]) => `[${gap}${items.join(`${gap},${gap}`)}${gap}]`),
    fc
      .tuple(space, fc.uniqueArray(fc.tuple(fc.string(), tie('value')), { selector: ([name]) => `_${name}` }))
      .map(
        ([gap, members]) =>
          `{${members.map(([name, value]) => `${JSON.stringify(`_${name}`)}${gap}:${gap}${value}${gap}`).join()}}`,
      ),
  ),
})).value

/** Removes the white space between tokens. */
const tokens = (text: string): string => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')

describe('exact JSON', () => {
  test('Every value is written as it was read', () => {
    fc.assert(
      fc.property(json, (text) => {
        expect(JSON.stringify(parseExact(text))).toBe(tokens(text))
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    '0',
    '1',
    '-1',
    '1.5',
    '9007199254740991',
    '0.30000000000000004',
    '5e-324',
    '1e+21',
    '1.7976931348623157e+308',
  ])('The number %s becomes a JavaScript number', (text) => {
    expect([parseExact(text), parseExact(`{"a":[${text} ]}`)]).toEqual([Number(text), { a: [Number(text)] }])
  })

  test.each(['-0', '1.0', '1.10', '1e2', '1E+2', '1e400', '9007199254740993', '12345678901234567890', '0.0000001'])(
    'The number %s keeps its digits at any place',
    (text) => {
      for (const parsed of [
        parseExact(text),
        ...(parseExact(`[${text},\n${text}\t,{"a":${text}}]`) as unknown[]).slice(0, 2),
      ]) {
        expect([isRawNumber(parsed), numberOf(parsed), JSON.stringify(parsed)]).toEqual([true, Number(text), text])
      }
    },
  )

  test('Digits in strings stay unchanged', () => {
    const text = '{"a 1.10 ,":"1.10, 12345678901234567890 ,1e400"}'
    expect(parseExact(text)).toEqual(JSON.parse(text))
  })

  test.each(['', '1.', '01', '[1.10', '{"a":1.10.1}', '1e', '-', '[1.10,]'])('%j is no JSON', (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError)
  })

  test('JSON that is nested too deeply for a reviver is still parsed', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(Object.keys(parseExact(`{"a":1e400,"b":${deep}}`) as object)).toEqual(['a', 'b'])
  })
})
