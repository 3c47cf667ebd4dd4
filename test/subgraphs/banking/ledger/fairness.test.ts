/** A small request does not wait for all earlier requests of another caller. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createBank, customer, type TestBank, verdictOf } from '../support/bank.ts'

let bank: TestBank

beforeAll(async () => {
  bank = await createBank()
})
afterAll(() => bank.close())

test('A payment behind large batches of another customer is committed before most of them', async () => {
  const [from = '', to = '', own = ''] = await Promise.all(
    ['flood', 'flood', 'payer'].map((owner) => bank.open({ owner, balance: 1_000_000n })),
  )
  const items = Array.from({ length: 1_000 }, () => ({ from, to, amount: 1n, currency: 'EUR', reference: null }))
  let done = 0
  const batches = Array.from({ length: 16 }, async () => {
    const answer = await bank.ask({ name: 'transferBatch', mode: 'EACH', items }, { actor: customer('flood') })
    done += 1
    return verdictOf(answer)
  })
  const payment = await bank.transfer({ from: own, to }, { actor: customer('payer') })
  // When the payment's turn comes, one batch may be in the database and another one ready.
  expect([verdictOf(payment), done <= 3]).toEqual(['ACCEPTED', true])
  expect(new Set(await Promise.all(batches))).toEqual(new Set(['ACCEPTED']))
  const largest = await bank.database.$queryRaw<{ transfers: bigint }[]>`
    SELECT lead(first_sequence, 1, (SELECT last_sequence + 1 FROM ledger)) OVER (ORDER BY number) - first_sequence AS transfers
    FROM batches ORDER BY transfers DESC LIMIT 1`
  expect(largest).toEqual([{ transfers: 1_000n }])
})
