/** Callers take turns at the connections of a real pool. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { outageError } from '../../../../subgraphs/banking/database/failure.ts'
import { openDatabase } from '../../../../subgraphs/banking/database/open.ts'
import { onBehalfOf } from '../../../../subgraphs/shared/on-behalf.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'

let target: TestDatabase
beforeAll(async () => {
  target = await createDatabase('empty')
})
afterAll(() => target.drop())

let database: PrismaClient
/** The callers whose statements have ended, in order. */
let ended: string[]
beforeEach(async () => {
  database = openDatabase({ url: target.url, connections: 2, connectTimeout: 1_000 })
  ended = []
})
afterEach(() => database.$disconnect())

const ask = (caller: string): Promise<void> =>
  onBehalfOf(caller, async () => {
    await database.$queryRaw`SELECT 1`
    ended.push(caller)
  })

test.each([
  ['statements', ask],
  [
    'transactions',
    (caller: string) =>
      onBehalfOf(caller, async () => {
        await database.$transaction([database.$queryRaw`SELECT 1`, database.$executeRaw`SELECT 2`])
        ended.push(caller)
      }),
  ],
])('One caller with many %s delays another by those that run', async (_name, work) => {
  const many = Array.from({ length: 50 }, () => work('many'))
  // Prisma sends what is asked for in one turn of the loop together, whoever asked.
  await new Promise(setImmediate)
  const other = work('other')
  await new Promise(setImmediate)
  await Promise.all([...many, other, work('third')])
  expect(ended).toHaveLength(52)
  expect(ended.slice(0, 25)).toEqual(expect.arrayContaining(['other', 'third']))
})

test('A statement that fails gives its turn back', async () => {
  const failing = Array.from({ length: 10 }, () => database.$queryRaw`SELECT 1 / 0`.catch(() => 'failed'))
  expect(await Promise.all(failing)).toEqual(Array.from({ length: 10 }, () => 'failed'))
  const undone = database.$transaction([database.$queryRaw`SELECT 1`, database.$queryRaw`SELECT 1 / 0`])
  await expect(undone).rejects.toThrow('division by zero')
  await Promise.all([ask('one'), ask('two'), ask('three')])
  expect(ended).toHaveLength(3)
})

test('A transaction keeps its connection until it ends', async () => {
  await database.$transaction(async (first) => {
    const waiting = await database.$transaction(async (second) => {
      const asked = ask('waiting')
      await first.$queryRaw`SELECT 1`
      await second.$queryRaw`SELECT 1`
      expect(ended).toEqual([])
      return { asked }
    })
    await waiting.asked
    expect(ended).toEqual(['waiting'])
  })
})

test('Who waits too long for a connection is told that the bank cannot be reached', async () => {
  const long = Array.from({ length: 2 }, () => database.$queryRaw`SELECT pg_sleep(3)::text`.then(() => undefined))
  const late = database.$queryRaw`SELECT 1`.catch((error: unknown) => outageError(error)?.extensions['code'])
  expect(await late).toBe('SERVICE_UNAVAILABLE')
  await Promise.all(long)
  await ask('later')
  expect(ended).toEqual(['later'])
})
