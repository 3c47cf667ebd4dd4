import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { expireHolds } from '../../../../subgraphs/banking/holds/expiry.ts'
import { accountNumber } from '../../../../subgraphs/banking/ledger/account-number.ts'
import type { Ledger } from '../../../../subgraphs/banking/ledger/ledger.ts'
import { runDueSchedules } from '../../../../subgraphs/banking/schedules/due.ts'
import { log } from '../../../support/log.ts'
import { createBank, customer, openBank, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'
import { installMovedClock, type MovedClock } from '../support/moved-clock.ts'
import { startBanking } from '../support/service.ts'

const DAY = 86_400_000 // milliseconds
const dayOf = (offset: number): string => new Date(Date.now() + offset * DAY).toISOString().slice(0, 10)

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

const pay = () => bank.transfer({ from, to }, { actor: customer('payer') })
const headTime = async (): Promise<number> =>
  (await bank.database.ledger.findUniqueOrThrow({ where: { id: 1 } })).lastAt.getTime()
const daily = async (firstOn: string): Promise<string> => {
  const scheduleId = randomUUID()
  const order = { from, to, amount: 1n, currency: 'EUR', reference: null, frequency: 'DAILY', until: null } as const
  return subjectOf(
    await bank.ask({ name: 'scheduleTransfer', scheduleId, ...order, firstOn }, { actor: customer('payer') }),
  )
}
const runs = (scheduleId: string) => bank.database.scheduleRun.count({ where: { scheduleId } })
const operations = () => bank.database.operation.count()

test('A database clock that is 400 days ahead moves neither money nor the time of the ledger', async () => {
  const schedule = await daily(dayOf(1))
  await clock.move(400 * DAY)
  await expect(pay()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } })
  await expect(runDueSchedules(bank.database, bank.ledger, log)).rejects.toMatchObject({
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  })
  await clock.move(0)
  expect(verdictOf(await pay())).toBe('ACCEPTED')
  expect(await runs(schedule)).toBe(0)
  expect(await headTime()).toBeLessThan(Date.now() + 10_000)
})

test('Work that is not due records nothing under its key, and is done once it is due', async () => {
  const schedule = await daily(dayOf(1))
  const run = (dueOn: string) =>
    bank.ask({ name: 'runSchedule', scheduleId: schedule, dueOn, from, to }, { key: `${schedule} ${dueOn}` })
  const before = await operations()
  expect(verdictOf(await run(dayOf(1)))).toBe('SCHEDULE_NOT_DUE')
  expect(await operations()).toBe(before)
  const today = new Date(dayOf(0))
  await bank.database.schedule.update({ where: { id: schedule }, data: { firstOn: today, nextOn: today } })
  expect(verdictOf(await run(dayOf(0)))).toBe('ACCEPTED')
})

test('A hold expires by the time of the ledger', async () => {
  const hold = subjectOf(
    await bank.ask(
      { name: 'holdFunds', from, to, amount: 1n, currency: 'EUR', reference: null, expiresInSeconds: 1 },
      { actor: customer('payer') },
    ),
  )
  const statusOf = async () => (await bank.database.transfer.findUniqueOrThrow({ where: { id: BigInt(hold) } })).status
  const early = await bank.ask({ name: 'expireHold', transferId: hold }, { key: `expire ${hold}` })
  // On a machine that paused for a second the hold may have expired already.
  if (!early.outcome.accepted) expect(early.outcome.code).toBe('NOT_PERMITTED')
  await clock.move(2_000)
  await expireHolds(bank.database, bank.ledger)
  await clock.move(0)
  expect(await statusOf()).toBe('EXPIRED')
})

test('After a long absence the latest 31 days are caught up, and the schedule names the skipped ones', async () => {
  const schedule = await daily(dayOf(1))
  const first = new Date(dayOf(-50))
  await bank.database.schedule.update({ where: { id: schedule }, data: { firstOn: first, nextOn: first } })
  while (await runDueSchedules(bank.database, bank.ledger, log));
  const rows = await bank.database.scheduleRun.findMany({ where: { scheduleId: schedule }, orderBy: { dueOn: 'asc' } })
  expect(rows.length).toBe(1 + 31)
  expect(rows[0]).toMatchObject({
    refusal: 'SCHEDULE_DAYS_SKIPPED',
    message: `20 days from ${dayOf(-50)} to ${dayOf(-31)} were missed too long ago to be caught up.`,
  })
  expect(rows.slice(1).every(({ transferId }) => transferId !== null)).toBe(true)
})

test('A clock that steps back over midnight loses no due order', async () => {
  // A new ledger whose clocks begin one second after midnight.
  const midnight = new Date(`${dayOf(1)}T00:00:00Z`).getTime()
  const shift = midnight + 1_000 - Date.now()
  const schedule = await daily(dayOf(1))
  const truth = Date.now
  const moveBoth = async (milliseconds: number): Promise<void> => {
    await clock.move(milliseconds)
    Date.now = () => truth() + milliseconds
  }
  const other = openBank(bank.url)
  const stepping: Ledger = {
    ...other.ledger,
    async submit(request) {
      await moveBoth(shift - 3_000)
      return other.ledger.submit(request)
    },
  }
  try {
    await moveBoth(shift)
    expect(await runDueSchedules(bank.database, stepping, log)).toBe(true)
    expect(await runs(schedule)).toBe(1)
    expect(await headTime()).toBeGreaterThanOrEqual(midnight)
  } finally {
    Date.now = truth
    await clock.move(0)
    await other.close()
  }
})

test('An instance reads the clock before it serves, so that a later wrong setting counts as a step', async () => {
  const nowAfter = (wait: number) =>
    bank.database.$executeRawUnsafe(`
    CREATE OR REPLACE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
      'SELECT pg_sleep(${wait}); SELECT pg_catalog.clock_timestamp() + (SELECT shift FROM moved.clock)'`)
  const truth = Date.now
  await nowAfter(1)
  const service = await startBanking(bank.url)
  try {
    await clock.move(DAY)
    Date.now = () => truth() + DAY
    await nowAfter(0)
    const query =
      'mutation ($input: TransferInput!) { transfer(input: $input) { ... on TransferAccepted { transfer { id } } } }'
    const input = { idempotencyKey: randomUUID(), from, to: accountNumber(to), amount: '1', currency: 'EUR' }
    const answer = await service.call('payer', query, { input })
    expect(answer).toMatchObject({ errors: [{ message: expect.stringContaining('clock can be trusted') }] })
  } finally {
    Date.now = truth
    await clock.move(0)
    await service.stop()
  }
})
