/** Loans of every kind the bank makes, for property tests. */

import { addMonths } from '../../../../subgraphs/banking/dates/plain-date.ts'
import type { DisbursedTerms, LoanTerms } from '../../../../subgraphs/banking/loans/terms.ts'
import fc from '../../../support/fast-check.ts'

/** Small amounts, where rounding matters most, as often as ordinary and very large ones. */
const principal = fc.oneof(
  fc.bigInt({ min: 1n, max: 1_000n }),
  fc.bigInt({ min: 1_000n, max: 100_000_000n }),
  fc.bigInt({ min: 1n, max: 1_000_000_000_000_000n }),
)

export const terms: fc.Arbitrary<LoanTerms> = fc.record({
  principal,
  annualRate: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 200_000n }), fc.bigInt({ min: 0n, max: 1_000_000n })),
  instalments: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 480 })),
  interest: fc.constantFrom('DECLINING_BALANCE', 'FLAT'),
  amortization: fc.constantFrom('EQUAL_INSTALMENTS', 'EQUAL_PRINCIPAL'),
})

export const disbursedTerms: fc.Arbitrary<DisbursedTerms> = fc
  .tuple(terms, fc.integer({ min: 0, max: 120 }), fc.integer({ min: 1, max: 31 }))
  .map(([agreed, months, day]) => ({
    ...agreed,
    // Adding months to a 31st covers every month end.
    disbursedOn: addMonths(`2020-01-${String(day).padStart(2, '0')}`, months),
  }))
