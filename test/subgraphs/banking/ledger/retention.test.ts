/** Outcomes are replayed for 90 days; afterwards a key is refused, and never taken for new. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createBank, customer, openBank, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'
import { installMovedClock, type MovedClock } from '../support/moved-clock.ts'

const DAY = 86_400_000 // milliseconds

let clock: MovedClock
let bank: TestBank
let from: string
let to: string
beforeAll(async () => {
  bank = await createBank()
  clock = await installMovedClock(bank.url)
  from = await bank.open({ owner: 'payer', balance: 1_000n })
  to = await bank.open({ owner: 'payee' })
})
afterAll(() => bank.close())

/**
 * Runs `work` on a later day: moves the clocks of the database and of this process, on a ledger
 * whose operator confirmed the time.
 */
async function after<Value>(days: number, work: (later: TestBank) => Promise<Value>): Promise<Value> {
  const now = Date.now
  await clock.move(days * DAY)
  Date.now = () => now() + days * DAY
  const later = openBank(bank.url, { confirmed: new Date(Date.now()).toISOString() })
  try {
    return await work(later)
  } finally {
    await later.close()
    Date.now = now
    await clock.move(0)
  }
}

const payer = customer('payer')
const balance = async (): Promise<bigint> => {
  const row = await bank.database.account.findUniqueOrThrow({ where: { id: BigInt(to) } })
  return row.creditsPosted - row.debitsPosted
}

test('A retry gets the first outcome for 90 days, and is then refused with any input', async () => {
  const first = await bank.transfer({ from, to, amount: 5n }, { actor: payer, key: 'rent' })
  const refused = await bank.transfer({ from, to, amount: 5_000n }, { actor: payer, key: 'too much' })
  const others = await bank.transfer({ from, to, amount: 5n }, { key: 'by the bank' })
  const before = await balance()
  await after(89, async (later) => {
    const again = await later.transfer({ from, to, amount: 5n }, { actor: payer, key: 'rent' })
    expect([again.replayed, subjectOf(again)]).toEqual([true, subjectOf(first)])
    const reused = await later.transfer({ from, to, amount: 6n }, { actor: payer, key: 'rent' })
    expect(verdictOf(reused)).toBe('IDEMPOTENCY_KEY_REUSED')
  })
  await after(91, async (later) => {
    const answers = [
      await later.transfer({ from, to, amount: 5n }, { actor: payer, key: 'rent' }),
      await later.transfer({ from, to, amount: 6n }, { actor: payer, key: 'rent' }),
      await later.transfer({ from, to, amount: 5_000n }, { actor: payer, key: 'too much' }),
    ]
    expect(answers.map((answer) => [verdictOf(answer), answer.replayed])).toEqual(
      answers.map(() => ['IDEMPOTENCY_KEY_EXPIRED', false]),
    )
    // The bank finds its own accounts by key.
    const own = await later.transfer({ from, to, amount: 5n }, { key: 'by the bank' })
    expect([own.replayed, subjectOf(own)]).toEqual([true, subjectOf(others)])
    expect(await balance()).toBe(before)
    // A key of this day is new, and refusals are not recorded as operations.
    expect(verdictOf(await later.transfer({ from, to, amount: 5n }, { actor: payer, key: 'new' }))).toBe('ACCEPTED')
    expect(await balance()).toBe(before + 5n)
  })
  expect(verdictOf(refused)).toBe('INSUFFICIENT_FUNDS')
  expect(await bank.database.operation.count({ where: { key: 'rent' } })).toBe(1)
})
