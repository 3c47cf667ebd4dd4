import { describe, expect, test } from '@jest/globals'
import { addMonths, daysBetween, plainDateOf } from '../../../../subgraphs/banking/dates/plain-date.ts'
import { positionOf, type Repayment } from '../../../../subgraphs/banking/loans/position.ts'
import { scheduleOf } from '../../../../subgraphs/banking/loans/quote.ts'
import type { DisbursedTerms } from '../../../../subgraphs/banking/loans/terms.ts'
import fc from '../../../support/fast-check.ts'
import { disbursedTerms } from './arbitraries.ts'

/** One percent a month on 1,200.00: figures for mental arithmetic. */
const loan: DisbursedTerms = {
  principal: 120_000n,
  annualRate: 120_000n,
  instalments: 12,
  interest: 'DECLINING_BALANCE',
  amortization: 'EQUAL_INSTALMENTS',
  disbursedOn: '2026-01-31',
}
const laterBy = (day: string, days: number): string => plainDateOf(new Date(Date.parse(day) + days * 86_400_000))

test('A loan paid on time is settled by its last instalment, split as scheduled to the minor unit', () => {
  fc.assert(
    fc.property(disbursedTerms, (agreed) => {
      const schedule = scheduleOf(agreed)
      const repayments = schedule.map(({ dueOn, payment }) => ({ paidOn: dueOn, amount: payment }))
      const lastDay = schedule.at(-1)?.dueOn ?? agreed.disbursedOn
      const { allocations, settlement, overpaid, arrears } = positionOf(agreed, repayments, lastDay)
      expect({ settlement, overpaid, arrears }).toEqual({ settlement: 0n, overpaid: 0n, arrears: 0n })
      expect(allocations).toEqual(schedule.map(({ principal, interest }) => ({ principal, interest, overpayment: 0n })))
    }),
  )
})

describe('loan paid in any other way', () => {
  const irregular = fc.tuple(
    disbursedTerms.filter(({ instalments }) => instalments <= 60),
    fc.array(fc.record({ after: fc.integer({ min: 0, max: 90 }), share: fc.integer({ min: 1, max: 40 }) }), {
      maxLength: 30,
    }),
  )

  const replay = (agreed: DisbursedTerms, payments: readonly { after: number; share: number }[]) => {
    let day = agreed.disbursedOn
    const repayments = payments.map(({ after, share }): Repayment => {
      day = laterBy(day, after)
      return { paidOn: day, amount: (agreed.principal * BigInt(share)) / 100n + 1n }
    })
    return { repayments, position: positionOf(agreed, repayments, day) }
  }

  test('Every minor unit is accounted for: parts add up to payments, principal paid and owed to what was lent', () => {
    fc.assert(
      fc.property(irregular, ([agreed, payments]) => {
        const { repayments, position } = replay(agreed, payments)
        const parts = position.allocations
        expect(parts.map(({ interest, principal, overpayment }) => interest + principal + overpayment)).toEqual(
          repayments.map(({ amount }) => amount),
        )
        expect(parts.reduce((sum, { principal }) => sum + principal, position.principal)).toBe(agreed.principal)
        expect(parts.reduce((sum, { overpayment }) => sum + overpayment, 0n)).toBe(position.overpaid)
        expect(position.principal >= 0n && position.interest >= 0n).toBe(true)
        if (position.overpaid > 0n) expect(position.settlement).toBe(0n)
      }),
    )
  })

  test('The settlement amount settles a loan exactly, on any day', () => {
    fc.assert(
      fc.property(irregular, fc.integer({ min: 0, max: 400 }), ([agreed, payments], later) => {
        const { repayments, position } = replay(agreed, payments)
        const day = laterBy(position.day, later)
        const { settlement, overpaid } = positionOf(agreed, repayments, day)
        if (settlement === 0n) return
        const settled = positionOf(agreed, [...repayments, { paidOn: day, amount: settlement }], laterBy(day, 500))
        expect({ settlement: settled.settlement, overpaid: settled.overpaid }).toEqual({ settlement: 0n, overpaid })
        const [oneLess, oneMore] = [settlement - 1n, settlement + 1n].map((amount) =>
          positionOf(agreed, amount > 0n ? [...repayments, { paidOn: day, amount }] : repayments, day),
        )
        expect(oneLess?.settlement).toBe(1n)
        expect(oneMore?.overpaid).toBe(overpaid + 1n)
      }),
    )
  })

  test('A loan owes the same interest however often it is calculated', () => {
    fc.assert(
      fc.property(irregular, ([agreed, payments]) => {
        const { repayments, position } = replay(agreed, payments)
        const [first, second] = [positionOf(agreed, repayments, position.day), position]
        expect(first).toEqual(second)
      }),
    )
  })
})

describe('daily interest', () => {
  test('Interest for part of a month is in proportion to the days of that month', () => {
    const interest = (day: string): bigint => positionOf(loan, [], day).interest
    expect(interest('2026-01-31')).toBe(0n)
    expect(interest('2026-02-14')).toBe(600n) // 14 of 28 days of 12.00
    expect(interest('2026-02-28')).toBe(1_200n)
    expect(interest('2026-03-31')).toBe(2_400n)
  })

  test('Interest follows the balance within a month', () => {
    const halfway: Repayment = { paidOn: '2026-02-14', amount: 60_600n }
    const { principal, interest, allocations } = positionOf(loan, [halfway], '2026-02-28')
    expect(allocations).toEqual([{ interest: 600n, principal: 60_000n, overpayment: 0n }])
    expect({ principal, interest }).toEqual({ principal: 60_000n, interest: 300n })
  })

  test('No interest is charged on interest', () => {
    const yearLater = positionOf(loan, [], addMonths(loan.disbursedOn, 12))
    expect(yearLater.interest).toBe(14_400n)
  })

  test('Flat interest is never charged for months not begun', () => {
    const flat: DisbursedTerms = { ...loan, interest: 'FLAT' }
    expect(positionOf(flat, [], '2026-02-14').settlement).toBe(120_600n)
    const settled: Repayment = { paidOn: '2026-02-14', amount: 120_600n }
    expect(positionOf(flat, [settled], '2027-12-31')).toMatchObject({ settlement: 0n, overpaid: 0n })
  })

  test('Flat interest ends early with the completed months and the days of the current one', () => {
    fc.assert(
      fc.property(disbursedTerms, fc.nat(), fc.nat(30), (agreed, paid, day) => {
        const flat: DisbursedTerms = { ...agreed, interest: 'FLAT' }
        const schedule = scheduleOf(flat)
        const done = paid % schedule.length
        const under = schedule[done]
        const begun = addMonths(flat.disbursedOn, done)
        const length = daysBetween(begun, addMonths(flat.disbursedOn, done + 1))
        const days = day % length
        const end = laterBy(begun, days)
        const payments = schedule
          .slice(0, done)
          .map(({ dueOn, payment }): Repayment => ({ paidOn: dueOn, amount: payment }))
        const owed = flat.principal - schedule.slice(0, done).reduce((sum, { principal }) => sum + principal, 0n)
        const ofMonth = ((under?.interest ?? 0n) * BigInt(days)) / BigInt(length)
        expect(positionOf(flat, payments, end).settlement).toBe(owed + ofMonth)
      }),
    )
  })

  test('Flat interest stops with the term', () => {
    const flat: DisbursedTerms = { ...loan, interest: 'FLAT' }
    expect(positionOf(flat, [], '2030-01-31').interest).toBe(14_400n)
  })
})

describe('arrears', () => {
  test('Arrears are the scheduled payments due by the day, less what was paid', () => {
    const [first] = scheduleOf(loan)
    const payment = first?.payment ?? 0n
    expect(positionOf(loan, [], '2026-02-27').arrears).toBe(0n)
    expect(positionOf(loan, [], '2026-02-28').arrears).toBe(payment)
    const part: Repayment = { paidOn: '2026-02-20', amount: 4_000n }
    expect(positionOf(loan, [part], '2026-03-31').arrears).toBe(payment * 2n - 4_000n)
  })

  test('Arrears never exceed the settlement amount', () => {
    const settled: Repayment = { paidOn: '2026-02-14', amount: 120_600n }
    expect(positionOf(loan, [settled], '2027-06-30').arrears).toBe(0n)
  })
})

test('A repayment before the last one, or before the loan was paid out, is a programming error', () => {
  const payments = ['2026-03-01', '2026-02-28'].map((paidOn) => ({ paidOn, amount: 1n }))
  expect(() => positionOf(loan, payments, '2026-04-01')).toThrow(RangeError)
  expect(() => positionOf(loan, [], '2026-01-30')).toThrow(RangeError)
})
