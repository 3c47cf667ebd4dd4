/** The search form of an account's entries. */
import { expect, test } from '@jest/globals'
import { everything, filterOf, type Wanted } from '../../../client/app/page/accounts/filter.ts'

test.each<[string, Partial<Wanted>, ReturnType<typeof filterOf>]>([
  ['nothing', {}, undefined],
  ['a text', { text: ' coffee ' }, { text: 'coffee' }],
  ['two letters', { text: 'co' }, undefined],
  ['two letters with accents apart', { text: 'a\u0301b\u0301' }, undefined],
  ['a period', { from: '2026-05-01', to: '2026-05-31' }, { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' }],
  ['a period that ends before it begins', { from: '2026-05-02', to: '2026-05-01' }, undefined],
  ['a year of five digits', { from: '12026-05-01' }, undefined],
  ['a last year of five digits', { text: 'tea', to: '20266-05-01' }, { text: 'tea' }],
  ['the last day that there is', { to: '9999-12-31' }, undefined],
  ['amounts', { least: '1', most: '2.50' }, { minAmount: '100', maxAmount: '250' }],
  ['a least amount over the most', { least: '3', most: '2.50' }, undefined],
])('The search asks the bank for what is complete: %s', (_what, wanted, filter) => {
  expect(filterOf({ ...everything, ...wanted }, 'EUR', 'en-IE')).toEqual(filter)
})
