import { describe, expect, test } from '@jest/globals'
import { quote } from '../../../../subgraphs/banking/loans/quote.ts'
import { type DisbursedTerms, faultsOf, formatRate, parseRate } from '../../../../subgraphs/banking/loans/terms.ts'
import fc from '../../../support/fast-check.ts'
import { disbursedTerms } from './arbitraries.ts'

const terms: DisbursedTerms = {
  principal: 600_000n,
  annualRate: 60_000n,
  instalments: 24,
  interest: 'DECLINING_BALANCE',
  amortization: 'EQUAL_INSTALMENTS',
  disbursedOn: '2026-01-31',
}

describe('quote', () => {
  test('A quote is due monthly on the day of disbursal, or the last day of a shorter month', () => {
    expect(
      quote(terms)
        .schedule.slice(0, 4)
        .map(({ dueOn }) => dueOn),
    ).toEqual(['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31'])
  })

  test('A quote adds up, and ends with nothing owed', () => {
    fc.assert(
      fc.property(disbursedTerms, (agreed) => {
        const { schedule, totalInterest, totalPayable } = quote(agreed)
        expect(totalPayable).toBe(agreed.principal + totalInterest)
        expect(schedule.reduce((sum, { payment }) => sum + payment, 0n)).toBe(totalPayable)
        expect(schedule.at(-1)?.balanceAfter).toBe(0n)
        expect(schedule.map(({ number }) => number)).toEqual(schedule.map((_, index) => index + 1))
      }),
    )
  })

  test('A quote names the effective rate: the nominal one compounded monthly where interest follows the balance', () => {
    expect(quote(terms).effectiveAnnualRate).toBe('6.17')
    expect(quote({ ...terms, amortization: 'EQUAL_PRINCIPAL' }).effectiveAnnualRate).toBe('6.17')
    expect(quote({ ...terms, annualRate: 0n }).effectiveAnnualRate).toBe('0.00')
  })

  test('Flat interest at the same rate costs nearly twice as much', () => {
    expect(quote({ ...terms, interest: 'FLAT' }).effectiveAnnualRate).toBe('11.71')
  })
})

describe('terms', () => {
  test('Terms in range have no fault, and each one outside is named', () => {
    expect(faultsOf(terms)).toEqual([])
    expect(faultsOf({ ...terms, principal: 0n, annualRate: -1n, instalments: 481 })).toHaveLength(3)
    expect(faultsOf({ ...terms, principal: 10n ** 15n + 1n })).toHaveLength(1)
    expect(faultsOf({ ...terms, annualRate: 1_000_001n })).toHaveLength(1)
    expect(faultsOf({ ...terms, instalments: 1.5 })).toHaveLength(1)
  })

  test('A rate is read and written as the same percentage', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1_000_000n }), (rate) => {
        expect(parseRate(formatRate(rate))).toBe(rate)
      }),
    )
    expect([parseRate('4.95'), parseRate('0'), parseRate('100')]).toEqual([49_500n, 0n, 1_000_000n])
  })

  test.each(['', '-1', '4,95', '1e2', '.5', '5.', '4.12345', ' 4', 'NaN', '1000'])('"%s" is no rate', (text) => {
    expect(parseRate(text)).toBeUndefined()
  })
})
