import { describe, expect, test } from '@jest/globals'
import { amortize, annuity, monthlyInterest, type Split } from '../../../../subgraphs/banking/loans/amortization.ts'
import type { LoanTerms } from '../../../../subgraphs/banking/loans/terms.ts'
import fc from '../../../support/fast-check.ts'
import { terms } from './arbitraries.ts'

const tenThousand: LoanTerms = {
  principal: 1_000_000n, // 10,000.00
  annualRate: 50_000n, // 5 %
  instalments: 12,
  interest: 'DECLINING_BALANCE',
  amortization: 'EQUAL_INSTALMENTS',
}
const paymentsOf = (splits: readonly Split[]): bigint[] => splits.map(({ principal, interest }) => principal + interest)
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n)

describe('any loan', () => {
  test('A loan repays exactly what was lent, in no more instalments than agreed', () => {
    fc.assert(
      fc.property(terms, (agreed) => {
        const splits = amortize(agreed)
        expect(sum(splits.map(({ principal }) => principal))).toBe(agreed.principal)
        expect(splits.length).toBeLessThanOrEqual(agreed.instalments)
        expect(splits.every(({ principal, interest }) => principal >= 0n && interest >= 0n)).toBe(true)
        expect(paymentsOf(splits).every((payment) => payment > 0n)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('A loan without interest costs nothing', () => {
    fc.assert(
      fc.property(terms, (agreed) => {
        expect(sum(paymentsOf(amortize({ ...agreed, annualRate: 0n })))).toBe(agreed.principal)
      }),
    )
  })

  test('A single instalment is the amount and one month of interest', () => {
    fc.assert(
      fc.property(terms, (agreed) => {
        const interest = monthlyInterest(agreed.principal, agreed.annualRate)
        expect(amortize({ ...agreed, instalments: 1 })).toEqual([{ principal: agreed.principal, interest }])
      }),
    )
  })
})

describe('equal instalments', () => {
  test('Equal instalments are equal but the last, which is no larger, by either method of interest', () => {
    fc.assert(
      fc.property(terms, (agreed) => {
        const payments = paymentsOf(amortize({ ...agreed, amortization: 'EQUAL_INSTALMENTS' }))
        const [first = 0n] = payments
        expect(payments.slice(0, -1).every((payment) => payment === first)).toBe(true)
        expect(payments.at(-1)).toBeLessThanOrEqual(first)
      }),
      { numRuns: 500 },
    )
  })

  test('Equal instalments of a declining balance follow the textbook annuity, rounded up', () => {
    expect(annuity(tenThousand)).toBe(85_608n) // 856.0748…
    expect(paymentsOf(amortize(tenThousand)).at(-1)).toBe(85_596n)
    expect(annuity({ ...tenThousand, principal: 20_000_000n, annualRate: 65_000n, instalments: 360 })).toBe(126_414n) // 1,264.1360…
  })

  test('Equal instalments are not rounded up if they divide evenly', () => {
    expect(annuity({ ...tenThousand, annualRate: 120_000n, instalments: 1 })).toBe(1_010_000n)
    expect(annuity({ ...tenThousand, annualRate: 0n, instalments: 10 })).toBe(100_000n)
  })
})

describe('equal principal', () => {
  test('The principal is equal in every instalment but the last, which is no larger', () => {
    fc.assert(
      fc.property(terms, (agreed) => {
        const parts = amortize({ ...agreed, amortization: 'EQUAL_PRINCIPAL' }).map(({ principal }) => principal)
        const [first = 0n] = parts
        expect(parts.slice(0, -1).every((part) => part === first)).toBe(true)
        expect(parts.at(-1)).toBeLessThanOrEqual(first)
      }),
    )
  })

  test('Equal principal on a declining balance bears the interest of what is still owed', () => {
    const splits = amortize({ ...tenThousand, amortization: 'EQUAL_PRINCIPAL', instalments: 4 })
    expect(splits).toEqual([
      { principal: 250_000n, interest: 4_166n },
      { principal: 250_000n, interest: 3_125n },
      { principal: 250_000n, interest: 2_083n },
      { principal: 250_000n, interest: 1_041n },
    ])
  })
})

describe('interest', () => {
  test('Interest on a declining balance never grows from month to month', () => {
    fc.assert(
      fc.property(terms, (agreed) => {
        const interest = amortize({ ...agreed, interest: 'DECLINING_BALANCE' }).map((split) => split.interest)
        expect(interest.every((amount, index) => index === 0 || amount <= (interest[index - 1] ?? 0n))).toBe(true)
      }),
    )
  })

  test('Flat interest is the rate on the whole amount for the whole term', () => {
    fc.assert(
      fc.property(terms, (agreed) => {
        const splits = amortize({ ...agreed, interest: 'FLAT' })
        const expected = (agreed.principal * agreed.annualRate * BigInt(agreed.instalments)) / 12_000_000n
        expect(sum(splits.map(({ interest }) => interest))).toBe(expected)
      }),
    )
  })

  test.each(['JPY', 'KWD'])('Interest is computed in minor units, whatever their exponent (%s)', () => {
    // 1,200 yen or 1.200 dinar at 12 %: one percent a month of what is owed.
    const splits = amortize({ ...tenThousand, principal: 1_200n, annualRate: 120_000n, instalments: 3 })
    expect(splits).toEqual([
      { principal: 397n, interest: 12n },
      { principal: 401n, interest: 8n },
      { principal: 402n, interest: 4n },
    ])
  })
})
