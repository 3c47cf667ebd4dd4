import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { checkLedger } from '../../bench/payments/check.ts'
import type { Payment } from '../../bench/payments/clients.ts'
import type { Measured } from '../../bench/payments/measure.ts'
import { report, verdicts } from '../../bench/payments/report.ts'
import { createBank, customer, subjectOf, type TestBank } from '../subgraphs/banking/support/bank.ts'

const ACTOR = 'customer-1'
let bank: TestBank
let payments: Payment[]

beforeAll(async () => {
  bank = await createBank()
  const from = await bank.open({ owner: ACTOR, balance: 100n })
  const to = await bank.open()
  const pay = async (key: string): Promise<Payment> => {
    const transfer = subjectOf(await bank.transfer({ from, to }, { actor: customer(ACTOR), key }))
    return { actor: ACTOR, key, transfer }
  }
  payments = await Promise.all(['one', 'two', 'three'].map(pay))
})
afterAll(() => bank.close())

test('Payments that all exist as they were acknowledged pass', async () => {
  await checkLedger(bank.database, payments)
})

test('A payment that was lost, made under another id, or made without being acknowledged fails the run', async () => {
  const [one, two, three] = payments as [Payment, Payment, Payment]
  const lost = { ...one, key: 'four' }
  await expect(checkLedger(bank.database, [...payments, lost])).rejects.toThrow('Of 4 acknowledged payments 3 exist')
  const other = { ...one, transfer: two.transfer }
  await expect(checkLedger(bank.database, [other, two, three])).rejects.toThrow('Of 3 acknowledged payments 2 exist')
  await expect(checkLedger(bank.database, [one, two])).rejects.toThrow('3 were made in all')
})

test('Medians are reported, and each target with what was reached', () => {
  const measured = (gateway: number, service: number, postgres: number): Measured => ({
    perSecond: 1_000,
    p50: 1,
    p99: 2,
    again: 1,
    cpu: { gateway, service, postgres },
  })
  const rounds = {
    tributary: [measured(90, 200, 200), measured(100, 251, 199), measured(999, 300, 200)],
    baseline: [measured(1_000, 1_000, 1_000)],
  }
  expect(report([{ clients: 64, rounds }])).toMatch(/tributary +64 +1000 +1 +2 +3 +100 +251 +200 +551/)
  const lines = verdicts([{ clients: 64, rounds }]).split('\n')
  expect(lines).toHaveLength(5)
  expect(lines.filter((line) => line.endsWith(': met'))).toHaveLength(3)
  expect(lines[2]).toMatch(/banking, µs +251 {2}≤ 250: missed/)
  expect(lines[4]).toMatch(/5\.4× {2}≥ 5×: met/)
})
