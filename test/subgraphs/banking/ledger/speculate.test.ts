/** A batch evaluated ahead must have the same result as in its turn, or be discarded. */
import { describe, expect, test } from '@jest/globals'
import { evaluate } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import { isOneRead } from '../../../../subgraphs/banking/ledger/load.ts'
import { needsOf } from '../../../../subgraphs/banking/ledger/part.ts'
import { type Command, type LedgerRequest, ledgerRequest } from '../../../../subgraphs/banking/ledger/request.ts'
import { speculate } from '../../../../subgraphs/banking/ledger/speculate.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import fc from '../../../support/fast-check.ts'
import { bank } from '../support/bank.ts'
import { AT, account, order, stateOf } from './state.ts'

const IDS = ['a', 'b', 'c']

/** The stored state before the test's writes. */
const stored = (hash?: string) =>
  stateOf(
    IDS.map((id) => account(id, 100n, 120n)),
    hash,
  )

describe('batch evaluated ahead', () => {
  test('A batch evaluated during the previous write equals one evaluated after it', () => {
    const id = fc.constantFrom(...IDS)
    const orders = fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.bigInt(1n, 90n), id, id), { maxLength: 8 })
    fc.assert(
      fc.property(orders, orders, fc.boolean(), (one, other, isLoadedAfter) => {
        const [first, second] = [one, other].map((batch) =>
          batch.filter(([, , from, to]) => from !== to).map(([key, ...rest]) => order(`${key}`, ...rest)),
        ) as [LedgerRequest[], LedgerRequest[]]
        const inTurn = stored()
        const before = evaluate(ledgerParts, inTurn, [{ at: AT, requests: first }])
        const afterFirst = structuredClone({ ...inTurn, head: before.head })
        const after = evaluate(ledgerParts, { ...inTurn, head: before.head }, [{ at: AT, requests: second }])

        const ahead = speculate(ledgerParts, stored(), AT, undefined, first)
        const next = speculate(ledgerParts, isLoadedAfter ? afterFirst : stored(), AT, ahead?.next, second)
        if (!next) return expect(isLoadedAfter || after.batches.length === 0).toBe(true)
        expect(next.evaluation).toEqual(after)
        expect(next.next.base).toBe(before.head.hash)
      }),
    )
  })

  test('A batch evaluated ahead does not change the one being written', () => {
    const first = speculate(ledgerParts, stored(), AT, undefined, [order('one', 40n)])
    const written = structuredClone(first?.evaluation.effects.touched)
    speculate(ledgerParts, stored(), AT, first?.next, [order('two', 40n)])
    expect(first?.evaluation.effects.touched).toEqual(written)
  })

  test('A batch is not evaluated ahead where another instance has written', () => {
    const first = speculate(ledgerParts, stored(), AT, undefined, [order('one', 40n)])
    expect(speculate(ledgerParts, stored('11'.repeat(32)), AT, first?.next, [order('two', 40n)])).toBeUndefined()
  })

  test('Results of an uncommitted batch are not used as known outcomes', () => {
    const first = speculate(ledgerParts, stored(), AT, undefined, [order('one', 40n)])
    expect(speculate(ledgerParts, stored(), AT, first?.next, [order('one', 40n)])).toBeUndefined()
  })
})

test('Only batches with one read and one write statement are evaluated ahead', () => {
  const of = (command: Command): LedgerRequest => ledgerRequest({ actor: bank, key: 'key', requestId: null, command })
  const capture = of({ name: 'captureHold', transferId: '10', amount: null })
  expect(isOneRead(needsOf(ledgerParts, [order('one', 1n)]))).toBe(true)
  expect(isOneRead(needsOf(ledgerParts, [order('one', 1n), capture]))).toBe(false)
  const freeze = of({ name: 'freezeAccount', accountId: 'a' })
  expect(isOneRead(needsOf(ledgerParts, [freeze]))).toBe(true)
  expect(speculate(ledgerParts, stored(), AT, undefined, [freeze])).toBeUndefined()
})
