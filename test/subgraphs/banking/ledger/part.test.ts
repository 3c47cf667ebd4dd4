import { describe, expect, test } from '@jest/globals'
import type { Prisma } from '../../../../prisma/generated/client.ts'
import {
  type Collection,
  loadRows,
  type Rows,
  rowsIn,
  saveRows,
  want,
} from '../../../../subgraphs/banking/ledger/collection.ts'
import { joinParts, type LedgerParts, needsOf } from '../../../../subgraphs/banking/ledger/part.ts'
import { type Command, type LedgerRequest, ledgerRequest } from '../../../../subgraphs/banking/ledger/request.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import { bank } from '../support/bank.ts'

const transaction = {} as Prisma.TransactionClient
const of = (command: Command): LedgerRequest => ledgerRequest({ actor: bank, key: 'key', requestId: null, command })

/** A collection that logs its calls. */
function noted(name: string, log: string[]): Collection<string> {
  return {
    async load(_transaction, keys) {
      log.push(`${name} loads ${keys.join()}`)
      return new Map(keys.map((key) => [key, `${name} ${key}`]))
    },
    async save(_transaction, rows) {
      log.push(`${name} saves ${rows.join()}`)
    },
  }
}

test('The needs of a batch are those of its commands, without impossible ids', () => {
  const order = { amount: 1n, currency: 'EUR', reference: null, merchantId: null } as const
  const { accounts, transfers, rows } = needsOf(ledgerParts, [
    of({ name: 'transfer', from: '1', to: '2', ...order }),
    of({ name: 'transfer', from: '2', to: null, ...order }),
    of({ name: 'voidHold', transferId: '7' }),
    of({ name: 'voidHold', transferId: null }),
    of({ name: 'cancelSchedule', scheduleId: 'a' }),
    of({ name: 'cancelSchedule', scheduleId: null }),
    of({ name: 'cancelSchedule', scheduleId: 'b' }),
  ])
  expect([...accounts]).toEqual(['1', '2'])
  expect(transfers).toEqual(['7'])
  expect([...rows.values()]).toEqual([['a', 'b']])
})

describe('rows of the parts', () => {
  test('Rows are loaded by the needs of each collection', async () => {
    const log: string[] = []
    const [one, other] = [noted('one', log), noted('other', log)]
    const wanted = want(one, ['a', null, 'b'])
    const rows = await loadRows(transaction, new Map([[wanted.collection, wanted.keys]]))
    expect(log).toEqual(['one loads a,b'])
    expect(rowsIn(rows, one).get('b')).toBe('one b')
    expect(rowsIn(rows, other).size).toBe(0)
  })

  test('Rows are saved in the order of the parts, and only changed ones', async () => {
    const log: string[] = []
    const [one, two, three] = [noted('one', log), noted('two', log), noted('three', log)]
    const changed: Rows = new Map()
    rowsIn(changed, three).set('x', 'last')
    rowsIn(changed, one).set('x', 'first')
    await saveRows(transaction, [one, two, three], changed)
    expect(log).toEqual(['one saves first', 'three saves last'])
  })

  test('Rows of a collection that no part lists raise an error', async () => {
    const log: string[] = []
    const [listed, forgotten] = [noted('listed', log), noted('forgotten', log)]
    const changed: Rows = new Map()
    rowsIn(changed, listed).set('x', 'kept')
    rowsIn(changed, forgotten).set('x', 'lost')
    await expect(saveRows(transaction, [listed], changed)).rejects.toThrow('would be lost')
    expect(log).toEqual([])
  })
})

test('Parts without a rule for each command do not form a ledger', () => {
  const { voidHold } = ledgerParts.rules
  const joined = joinParts([{ rules: { voidHold } }])
  // The type checker verifies it.
  const isLedger: typeof joined extends LedgerParts ? true : false = false
  expect(Object.keys(joined.rules)).toEqual(['voidHold'])
  expect(isLedger).toBe(false)
})
