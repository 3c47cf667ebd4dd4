import { afterEach, expect, jest, test } from '@jest/globals'
import { formatMoney } from '../../../subgraphs/banking/money/amount.ts'

const price = { amount: 123_456n, currency: 'EUR' }
const intl = (tag: string): string => new Intl.NumberFormat(tag, { style: 'currency', currency: 'EUR' }).format(1234.56)

afterEach(() => void jest.restoreAllMocks())

test.each([
  'en',
  'de',
  'de-AT',
  'de-AT-1996',
  'de-x-private',
  'PT-br',
  'sr-Latn-RS',
  'zh-Hant-TW',
  'en-ZZ',
  'ar-EG-u-nu-latn',
  'en-u-ca-buddhist-nu-arab-x-a',
  'de-u-nu-nothing',
  'de-a-unknown-u-cf-account',
])('An amount is formatted in %s as in the locale it resolves to', (tag) => {
  for (let times = 0; times < 2; times += 1) expect(formatMoney(price, tag)).toBe(intl(tag))
})

test.each(['', 'not a tag', 'x-private', 'en-', 'en_US'])('The locale %j is refused', (tag) => {
  expect(() => formatMoney(price, tag)).toThrow(RangeError)
})

test.each<[string, (n: number) => string]>([
  ['private use', (n) => `nl-x-a${n}`],
  ['extensions that mean nothing here', (n) => `nl-a-b${n}-u-ca-x${1000 + n}`],
  ['numbering systems that are none', (n) => `nl-u-nu-x${1000 + n}`],
  ['variants', (n) => `nl-1a${String(n).padStart(3, '0')}`],
])('Thousands of tags for one locale share one format: %s', (_what, tag) => {
  formatMoney(price, 'nl')
  const made = jest.spyOn(Intl, 'NumberFormat')
  for (let n = 0; n < 2_000; n += 1) expect(formatMoney(price, tag(n))).toBe('€\u00a01.234,56')
  expect(made).not.toHaveBeenCalled()
})

test('Unknown locales create no formats of their own', () => {
  formatMoney(price, 'en')
  const made = jest.spyOn(Intl, 'NumberFormat')
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  for (const one of letters) for (const other of letters) formatMoney(price, `x${one === 'x' ? 'q' : one}${other}-QM`)
  expect(made.mock.calls.filter(([, options]) => options?.style === 'currency').length).toBeLessThan(20)
})
