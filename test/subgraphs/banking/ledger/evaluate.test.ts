/** The serial evaluation alone: without a database, nothing else can correct its mistakes. */
import { describe, expect, test } from '@jest/globals'
import { evaluate, type Moment } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import { ledgerRequest } from '../../../../subgraphs/banking/ledger/request.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import fc from '../../../support/fast-check.ts'
import { bank, verdictOf } from '../support/bank.ts'
import { AT, account, order, stateOf } from './state.ts'

const moment = (...requests: Moment['requests']): Moment => ({ at: AT, requests })

describe('keys', () => {
  test('A key used twice in one batch has one effect and one outcome', () => {
    const { answers, effects, batches } = evaluate(ledgerParts, stateOf([account('a', 100n), account('b', 0n)]), [
      moment(order('once', 60n), order('once', 60n)),
    ])
    expect(answers.map(({ replayed }) => replayed)).toEqual([false, true])
    expect(answers[1]?.outcome).toEqual(answers[0]?.outcome)
    expect(effects.events).toHaveLength(1)
    expect(batches[0]?.operations).toHaveLength(1)
  })

  test('A key used for something else in one batch is refused, moves nothing and is not recorded', () => {
    const { answers, batches } = evaluate(ledgerParts, stateOf([account('a', 100n), account('b', 0n)]), [
      moment(order('once', 60n), order('once', 1n)),
    ])
    expect(answers.map(verdictOf)).toEqual(['ACCEPTED', 'IDEMPOTENCY_KEY_REUSED'])
    expect(batches[0]?.operations).toHaveLength(1)
  })

  test('A refused key stays refused, even when the money has arrived', () => {
    const { answers } = evaluate(ledgerParts, stateOf([account('a', 5n), account('b', 100n)]), [
      moment(order('early', 50n), order('relief', 90n, 'b', 'a'), order('early', 50n)),
    ])
    expect(answers.map(verdictOf)).toEqual(['INSUFFICIENT_FUNDS', 'ACCEPTED', 'INSUFFICIENT_FUNDS'])
    expect(answers[2]?.replayed).toBe(true)
  })
})

test('Time never runs backwards', () => {
  const past = { ...moment(order('late', 1n)), at: '2026-12-31T23:59:59.999Z' }
  expect(() => evaluate(ledgerParts, stateOf([account('a', 1n), account('b', 0n)]), [past])).toThrow(RangeError)
})

test('A refused all-or-nothing batch leaves everything as it was', () => {
  const item = fc.record({
    from: fc.constantFrom('a', 'b', 'c'),
    to: fc.constantFrom('a', 'b', 'c'),
    amount: fc.bigInt(1n, 80n),
  })
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 12 }), (items) => {
      const accounts = ['a', 'b', 'c'].map((id) => account(id, 100n))
      const before = accounts.map(({ creditsPosted, debitsPosted, spent }) => [creditsPosted, debitsPosted, spent])
      const command = {
        name: 'transferBatch',
        mode: 'ALL_OR_NOTHING',
        items: items.map((each) => ({ ...each, currency: 'EUR', reference: null })),
      } as const
      const { answers, effects, head } = evaluate(ledgerParts, stateOf(accounts), [
        moment(ledgerRequest({ actor: bank, key: 'batch', requestId: null, command })),
      ])
      const [answer] = answers
      const outcomes = answer?.outcome.accepted ? (answer.outcome.details as readonly object[]) : []
      if (outcomes.every((outcome) => 'transfer' in outcome)) {
        expect(effects.events).toHaveLength(items.length)
        return
      }
      expect(outcomes).toHaveLength(items.length)
      expect(effects.events).toEqual([])
      expect(effects.transfers.size).toBe(0)
      expect(head.sequence).toBe(10n)
      expect(accounts.map(({ creditsPosted, debitsPosted, spent }) => [creditsPosted, debitsPosted, spent])).toEqual(
        before,
      )
    }),
  )
})
