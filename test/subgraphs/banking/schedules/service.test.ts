import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { openDatabase } from '../../../../subgraphs/banking/database/open.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import { until } from '../../../support/until.ts'
import { brokenInvariants } from '../support/books.ts'
import { codesOf, startBanking, type TestService } from '../support/service.ts'

let database: TestDatabase
let prisma: PrismaClient
let services: readonly [TestService, TestService]
let own: { id: string; number: string }
let theirs: { id: string; number: string }

const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)

beforeAll(async () => {
  database = await createDatabase('seeded')
  prisma = openDatabase({ url: database.url, connections: 2 })
  services = [await startBanking(database.url), await startBanking(database.url)]
  const first = async (name: string) => {
    const { data } = await services[0].call(name, '{ me { accounts(first: 1) { edges { node { id number } } } } }')
    return data.me.accounts.edges[0].node
  }
  own = await first('payer')
  theirs = await first('payee')
})
afterAll(async () => {
  expect(await brokenInvariants(prisma)).toEqual([])
  await Promise.all(services.map((service) => service.stop()))
  await prisma.$disconnect()
  await database.drop()
})

const FIELDS = `... on ScheduleAccepted { replayed schedule { id state amount { amount } nextOn firstOn to { name number }
  runs { edges { node { dueOn code transfer { kind amount { amount } } } } } } } ... on Refusal { code replayed }`
const schedule = (fields: Record<string, unknown> = {}, caller = 'payer') =>
  services[0].call(
    caller,
    `mutation ($input: ScheduleTransferInput!) { done: scheduleTransfer(input: $input) { ${FIELDS} } }`,
    {
      input: {
        idempotencyKey: randomUUID(),
        from: own.id,
        to: theirs.number,
        amount: '100',
        currency: 'EUR',
        frequency: 'DAILY',
        firstOn: day(1),
        ...fields,
      },
    },
  )
const change = (field: 'changeSchedule' | 'cancelSchedule', input: Record<string, unknown>, caller = 'payer') =>
  services[0].call(
    caller,
    `mutation ($input: ${field === 'changeSchedule' ? 'ChangeScheduleInput' : 'CancelScheduleInput'}!) { done: ${field}(input: $input) { ${FIELDS} } }`,
    { input: { idempotencyKey: randomUUID(), ...input } },
  )
const runsOf = async (id: string) => {
  const { data } = await services[1].call(
    'payer',
    'query ($id: ID!) { schedule(id: $id) { state nextOn runs(first: 100) { edges { cursor node { dueOn code transfer { kind amount { amount } } } } } } }',
    { id },
  )
  return data.schedule
}
/** Waits until the workers of both instances have finished with a schedule. */
const settled = (id: string) =>
  until(async () => {
    const seen = await runsOf(id)
    return (seen.nextOn === null || seen.nextOn > day(0)) && seen
  })
/** Pretends that the bank was down since `first`. */
const sinceThen = (id: string, first: string) =>
  prisma.schedule.update({ where: { id }, data: { firstOn: new Date(first), nextOn: new Date(first) } })

test('Missed days are caught up, each once, although two instances run', async () => {
  const { data } = await schedule()
  const { id } = data.done.schedule
  expect(data.done.schedule).toMatchObject({ state: 'ACTIVE', nextOn: day(1), to: { name: 'Brendan Walsh' } })
  await sinceThen(id, day(-9))
  const seen = await settled(id)
  expect(seen.nextOn).toBe(day(1))
  expect(seen.runs.edges.map(({ node }: { node: { dueOn: string } }) => node.dueOn)).toEqual(
    Array.from({ length: 10 }, (_, at) => day(-at)),
  )
  expect(
    new Set(seen.runs.edges.map(({ node }: { node: { transfer: { kind: string } } }) => node.transfer.kind)),
  ).toEqual(new Set(['SCHEDULED']))
  const { data: back } = await services[1].call(
    'payer',
    `query ($id: ID!, $before: String) { schedule(id: $id) {
      end: runs(last: 3) { edges { cursor node { dueOn } } pageInfo { hasNextPage hasPreviousPage } }
      between: runs(first: 9, after: $before, before: "${seen.runs.edges[4].cursor}") { edges { node { dueOn } } } } }`,
    { id, before: seen.runs.edges[1].cursor },
  )
  const days = (edges: readonly { node: { dueOn: string } }[]) => edges.map(({ node }) => node.dueOn)
  expect(days(back.schedule.end.edges)).toEqual([day(-7), day(-8), day(-9)])
  expect(back.schedule.end.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true })
  expect(days(back.schedule.between.edges)).toEqual([day(-2), day(-3)])
  await change('cancelSchedule', { scheduleId: id })
})

test("A schedule's refusal is recorded, and the next day still runs", async () => {
  const { data } = await schedule({ amount: '99999999999999' })
  await sinceThen(data.done.schedule.id, day(-1))
  const seen = await settled(data.done.schedule.id)
  expect(seen.runs.edges.map(({ node }: { node: { code: string } }) => node.code)).toEqual([
    'INSUFFICIENT_FUNDS',
    'INSUFFICIENT_FUNDS',
  ])
  expect(seen.state).toBe('ACTIVE')
})

test('A schedule for today runs today, and ends', async () => {
  const { data } = await schedule({ frequency: 'ONCE', firstOn: day(0) })
  expect(await settled(data.done.schedule.id)).toMatchObject({ state: 'ENDED', nextOn: null })
})

test('A customer lists, changes and cancels its own schedules; others see and change nothing', async () => {
  const { data } = await schedule()
  const { id } = data.done.schedule
  const { data: list } = await services[0].call(
    'payer',
    '{ me { schedules(first: 1) { edges { node { id } } pageInfo { hasNextPage } } } }',
  )
  expect(list.me.schedules).toEqual({ edges: [{ node: { id } }], pageInfo: { hasNextPage: true } })
  const changed = await change('changeSchedule', { scheduleId: id, amount: '7', until: day(3) })
  expect(changed.data.done.schedule).toMatchObject({ amount: { amount: '7' }, state: 'ACTIVE' })
  expect((await change('cancelSchedule', { scheduleId: id }, 'payee')).data.done.code).toBe('SCHEDULE_NOT_FOUND')
  expect(
    (await services[0].call('payee', 'query ($id: ID!) { schedule(id: $id) { id } }', { id })).data.schedule,
  ).toBeNull()
  expect((await change('cancelSchedule', { scheduleId: id })).data.done.schedule.state).toBe('CANCELLED')
  expect((await change('cancelSchedule', { scheduleId: id })).data.done.code).toBe('SCHEDULE_ENDED')
})

test('A schedule made twice under one key is one', async () => {
  const key = { idempotencyKey: randomUUID() }
  const [one, two] = await Promise.all([schedule(key), schedule(key)])
  expect(one.data.done.schedule.id).toBe(two.data.done.schedule.id)
  await change('cancelSchedule', { scheduleId: one.data.done.schedule.id })
})

test.each([
  ['a day that is over', () => ({ firstOn: day(-1) }), 'DATE_IN_PAST'],
  ["somebody else's account", () => ({ from: theirs.id, to: own.number }), 'ACCOUNT_NOT_FOUND'],
  ['the same account', () => ({ to: own.number }), 'SAME_ACCOUNT'],
  ['another currency', () => ({ currency: 'USD' }), 'CURRENCY_MISMATCH'],
])('A schedule is refused with %s', async (_case, fields, code) => {
  expect((await schedule(fields())).data.done).toEqual({ code, replayed: false })
})

test.each([
  ['an end before the start', { firstOn: day(5), until: day(4) }],
  ['a date that does not exist', { firstOn: '2027-02-30' }],
  ['nothing to move', { amount: '0' }],
])('A schedule is bad input with %s', async (_case, fields) => {
  expect(codesOf(await schedule(fields))).toEqual(['BAD_USER_INPUT'])
})
