/** Amounts as people type and read them. */
import { expect, test } from '@jest/globals'
import { addMonths } from '../../../client/app/page/format/dates.ts'
import { formatDecimal } from '../../../client/app/page/format/decimals.ts'
import { formatMoney, typedMoney } from '../../../client/app/page/format/money.ts'
import { balancesOf, endsOfMonths } from '../../../client/app/page/insights/balances.ts'
import { parseAmount } from '../../../client/app/page/money/parse.ts'

test.each<[string, string, string, string | undefined]>([
  ['12.50', 'EUR', 'en-IE', '1250'],
  ['12,50', 'EUR', 'en-IE', '1250'],
  ['12,50', 'EUR', 'pt-PT', '1250'],
  ['€ 1,234.5', 'EUR', 'en-IE', '123450'],
  ['1.234,56 €', 'EUR', 'pt-PT', '123456'],
  ['1,234', 'EUR', 'en-IE', '123400'],
  // A point is the decimal mark here, and euros have no tenths of cents.
  ['1.234', 'EUR', 'en-IE', undefined],
  ['1.234', 'EUR', 'pt-PT', '123400'],
  ['1,234', 'EUR', 'pt-PT', undefined],
  ['1.234', 'KWD', 'en-IE', '1234'],
  ['1.234.567', 'EUR', 'en-IE', '123456700'],
  ['1 000 000', 'JPY', 'en-IE', '1000000'],
  ['0.5', 'JPY', 'en-IE', undefined],
  ['0.00', 'EUR', 'en-IE', undefined],
  ['-5', 'EUR', 'en-IE', undefined],
  ['12.345', 'EUR', 'en-IE', undefined],
  ['12.', 'EUR', 'en-IE', undefined],
  ['1,23,4.5', 'EUR', 'en-IE', undefined],
  ['1e3', 'EUR', 'en-IE', undefined],
  ['', 'EUR', 'en-IE', undefined],
  ['  ', 'EUR', 'en-IE', undefined],
  [' 12.50\u00a0€ ', 'EUR', 'en-IE', '1250'],
  ['1.000,5', 'EUR', 'en-IE', '100050'],
  ['1.000,5', 'EUR', 'pt-PT', '100050'],
  ['1\u202f234,50', 'EUR', 'pt-PT', '123450'],
  ['12 50', 'EUR', 'pt-PT', undefined], // not 1,250.00
  ['1 2', 'EUR', 'en-IE', undefined],
  ['0.500', 'EUR', 'pt-PT', undefined], // not 500.00
  ['0,500', 'EUR', 'en-IE', undefined],
  ['٣', 'EUR', 'en-IE', undefined],
  ['１２', 'EUR', 'en-IE', undefined],
  ['-0', 'EUR', 'pt-PT', undefined],
  ['+5', 'EUR', 'en-IE', undefined],
  ['1_000', 'EUR', 'en-IE', undefined],
  ['0x10', 'EUR', 'en-IE', undefined],
  ['90071992547409.93', 'EUR', 'en-IE', '9007199254740993'],
  ['12345678901234567.89', 'EUR', 'en-IE', undefined], // more digits than the bank counts
])('"%s" in %s is read in %s as %s', (text, currency, locale, amount) => {
  expect(parseAmount(text, currency, locale)).toBe(amount)
})

test.each([
  ['1250', 'EUR', 'en-IE', '€12.50'],
  ['5', 'EUR', 'en-IE', '€0.05'],
  ['-1250', 'EUR', 'en-IE', '-€12.50'],
  ['637835', 'JPY', 'en-IE', '¥637,835'],
  ['150005', 'KWD', 'en-IE', 'KWD 150.005'],
  ['9007199254740993', 'EUR', 'en-IE', '€90,071,992,547,409.93'],
])('%s of %s is shown in %s as %s', (amount, currency, locale, text) => {
  expect(formatMoney({ amount, currency }, locale).replaceAll('\u00a0', ' ')).toBe(text)
})

test.each([
  ['123456', 'EUR', 'en-IE'],
  ['123456', 'EUR', 'pt-PT'],
  ['1234567', 'KWD', 'pt-PT'],
  ['637835', 'JPY', 'en-IE'],
])('%s of %s is written into a field in %s as it is read from there', (amount, currency, locale) => {
  expect(parseAmount(typedMoney({ amount, currency }, locale), currency, locale)).toBe(amount)
})

test.each([
  ['4.95', 'en-IE', '4.95'],
  ['4.95', 'pt-PT', '4,95'],
  ['0.3331500000000000001', 'pt-PT', '0,3331500000000000001'],
  ['7', 'pt-PT', '7'],
])('The bank’s decimal %s is shown in %s as %s', (text, locale, shown) => {
  expect(formatDecimal(text, locale)).toBe(shown)
})

test('A month later is the last day where the month is shorter', () => {
  expect([addMonths('2026-01-31', 1), addMonths('2026-11-30', -12), addMonths('2026-03-31', -1)]).toEqual([
    '2026-02-28',
    '2025-11-30',
    '2026-02-28',
  ])
})

test('The balance of a day without entries is that of the day before', () => {
  const money = (amount: string) => ({ amount, currency: 'EUR' })
  const byDay = [
    { day: '2026-01-30', balance: money('1300') },
    { day: '2026-02-02', balance: money('1250') },
  ]
  const points = balancesOf({ from: '2026-01-29', to: '2026-02-03', opening: money('1000'), byDay })
  const told = (some: typeof points) => some.map(({ day, balance }) => `${day} ${balance.amount}`)
  expect(told(points)).toEqual([
    '2026-01-28 1000',
    '2026-01-29 1000',
    '2026-01-30 1300',
    '2026-01-31 1300',
    '2026-02-01 1300',
    '2026-02-02 1250',
    '2026-02-03 1250',
  ])
  expect(told(endsOfMonths(points))).toEqual(['2026-01-28 1000', '2026-01-31 1300', '2026-02-03 1250'])
})
