/** Old partitions are archived while the bank runs, and stay readable. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { backup } from '../../../../prisma/backup.ts'
import { migrate } from '../../../../prisma/migrate.ts'
import { restore } from '../../../../prisma/restore.ts'
import { archivePartitions } from '../../../../subgraphs/banking/audit/archive.ts'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { readEntryPages } from '../../../../subgraphs/banking/entries/read.ts'
import { readActivity } from '../../../../subgraphs/banking/events/read.ts'
import { createPartitions } from '../../../../subgraphs/banking/ledger/upkeep.ts'
import { readEntries, readSums } from '../../../../subgraphs/banking/statements/read.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import { newFolder } from '../../../support/folder.ts'
import { smallPartitions } from '../../../support/small-partitions.ts'
import { openBank, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'

const SIZE = 100 // operations per partition
const FUTURE = new Date(Date.now() + 3_600_000)

let migrations: Awaited<ReturnType<typeof smallPartitions>>
let database: TestDatabase
let bank: TestBank
let from: string
let to: string
let hold: string

beforeAll(async () => {
  migrations = await smallPartitions(SIZE)
  database = await createDatabase('empty')
  await migrate(database.url, migrations.all)
  bank = openBank(database.url)
  await createPartitions(bank.database)
  from = await bank.open({ owner: 'payer', balance: 10_000n })
  to = await bank.open({ owner: 'payee' })
  const command = { from, to, amount: 7n, currency: 'EUR', reference: null, expiresInSeconds: 6_000 }
  hold = subjectOf(await bank.ask({ name: 'holdFunds', ...command }))
  for (let round = 0; round < 5; round += 1) {
    await createPartitions(bank.database)
    await Promise.all(
      Array.from({ length: 90 }, (_, at) => bank.transfer({ from, to, amount: 2n }, { key: `${round} ${at}` })),
    )
  }
  await bank.database.$executeRaw`UPDATE webhook_cursor SET last_sequence = (SELECT last_sequence FROM ledger)`
})
afterAll(async () => {
  await bank.close()
  await database.drop()
})

/** The history as clients and auditors see it. */
async function seen() {
  const period = { accountId: to, from: new Date(0), to: FUTURE }
  const sums = await readSums(bank.database, period)
  const entries: string[] = []
  const all = readEntries((read) => read(bank.database), to, sums)
  for await (const { id, balanceAfter } of all) entries.push(`${id} ${balanceAfter}`)
  const [page = []] = await readEntryPages(bank.database, [{ accountId: to, limit: 300, before: '330', filter: {} }])
  const activity = await readActivity(bank.database, [from], 0n, 200)
  return {
    verdict: await verifyLedger(bank.database),
    sums: JSON.stringify(sums, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    entries,
    page: page.map(({ sequence }) => sequence),
    activity: activity.map(({ sequence }) => sequence),
  }
}

const rowsOf = async (schema: string, table: string): Promise<number> => {
  const [row] = await bank.database.$queryRawUnsafe<[{ count: bigint }]>(`SELECT count(*) FROM ${schema}.${table}`)
  return Number(row.count)
}

test('A partition with an open hold stays, and the others before it are archived', async () => {
  await expect(archivePartitions(bank.database, FUTURE)).rejects.toThrow('a hold of partitions.transfers_0 is open')
  expect(await rowsOf('archive', 'transfers')).toBe(0)
  expect(await rowsOf('archive', 'operations')).toBeGreaterThan(0)
  expect(verdictOf(await bank.ask({ name: 'voidHold', transferId: hold }))).toBe('ACCEPTED')
})

test('Verification, statements, pages and subscriptions still include archived rows', async () => {
  const before = await seen()
  expect(before.verdict).toMatchObject({ sound: true })
  expect(before.entries.length).toBe(450)
  let working = true
  const load = (async () => {
    while (working) expect(verdictOf(await bank.transfer({ from: to, to: from }))).toBe('ACCEPTED')
  })()
  const archived = await archivePartitions(bank.database, FUTURE).finally(() => {
    working = false
  })
  await load
  expect(archived).toEqual(expect.arrayContaining(['transfers_0', 'entries_100', 'operations_100', 'outbox_200']))
  expect(await rowsOf('archive', 'entries')).toBeGreaterThan(2 * 3 * SIZE - 50)
  const after = await seen()
  expect(after.verdict).toMatchObject({ sound: true })
  expect(after.entries.slice(0, 450)).toEqual(before.entries)
  expect(after.page).toEqual(before.page)
  expect(after.activity).toEqual(before.activity)
})

test('A key of an archived operation is answered from the archive', async () => {
  const again = await bank.transfer({ from, to, amount: 2n }, { key: '0 0' })
  expect([verdictOf(again), again.replayed]).toEqual(['ACCEPTED', true])
})

test('A transfer in the archive can be reversed, once', async () => {
  const [{ id }] = await bank.database.$queryRaw<[{ id: bigint }]>`
    SELECT min(id) AS id FROM archive.transfers WHERE kind = 'TRANSFER' AND credit_account_id = ${BigInt(to)}`
  const command = { name: 'reverseTransfer', transferId: `${id}` } as const
  expect(verdictOf(await bank.ask(command))).toBe('ACCEPTED')
  expect(verdictOf(await bank.ask(command))).toBe('ALREADY_REVERSED')
})

test.each(['archive.entries', 'partitions.entries_0'])('Rows of the archive cannot be changed (%s)', async (table) => {
  for (const statement of [`UPDATE ${table} SET amount = 1`, `DELETE FROM ${table}`, `TRUNCATE ${table}`])
    await expect(bank.database.$executeRawUnsafe(statement)).rejects.toThrow()
})

test('Verification finds a changed row in the archive', async () => {
  await bank.database.$executeRaw`ALTER TABLE partitions.operations_0 DISABLE TRIGGER USER`
  await bank.database.$executeRaw`UPDATE partitions.operations_0 SET actor = 'nobody' WHERE number = 3`
  expect(await verifyLedger(bank.database)).toMatchObject({ sound: false, problem: expect.stringContaining('batch') })
  await bank.database.$executeRaw`UPDATE partitions.operations_0 SET actor = 'bank:test' WHERE number = 3`
  await bank.database.$executeRaw`ALTER TABLE partitions.operations_0 ENABLE TRIGGER USER`
  expect(await verifyLedger(bank.database)).toMatchObject({ sound: true })
})

test('A backup contains the archive', async () => {
  const folder = await newFolder()
  const target = await createDatabase('empty')
  await backup(database.url, join(folder, 'all'))
  await restore(target.url, join(folder, 'all'))
  const restored = openBank(target.url)
  const again = await restored.transfer({ from, to, amount: 2n }, { key: '0 0' })
  expect([verdictOf(again), again.replayed]).toEqual(['ACCEPTED', true])
  await restored.close()
  await target.drop()
})
