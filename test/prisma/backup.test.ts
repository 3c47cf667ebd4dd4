import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { backup } from '../../prisma/backup.ts'
import { restore } from '../../prisma/restore.ts'
import { verifyLedger } from '../../subgraphs/banking/audit/verify.ts'
import { openBank, subjectOf, type TestBank } from '../subgraphs/banking/support/bank.ts'
import { brokenInvariants } from '../subgraphs/banking/support/books.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let folder: string
let source: TestDatabase
let bank: TestBank
const databases: TestDatabase[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-backup-'))
  source = await createDatabase('seeded')
  bank = openBank(source.url)
})
afterAll(async () => {
  await bank.close()
  await Promise.all([source, ...databases].map((database) => database.drop()))
  await rm(folder, { recursive: true, force: true })
})

const emptyDatabase = async (): Promise<TestDatabase> => {
  const database = await createDatabase('empty')
  databases.push(database)
  return database
}

test('taken under load and restored elsewhere, every invariant holds and the bank goes on', async () => {
  const from = await bank.open({ balance: 1_000_000n })
  const to = await bank.open()
  const before = subjectOf(await bank.transfer({ from, to }))
  let loading = true
  const load = Array.from({ length: 8 }, async () => {
    while (loading) await bank.transfer({ from, to })
  })
  await backup(source.url, join(folder, 'under-load'))
  loading = false
  await Promise.all(load)

  const target = await emptyDatabase()
  await restore(target.url, join(folder, 'under-load'))
  const restored = openBank(target.url)
  try {
    expect(await brokenInvariants(restored.database)).toEqual([])
    expect(await verifyLedger(restored.database)).toMatchObject({ sound: true })
    expect(await restored.database.transfer.count({ where: { id: BigInt(before) } })).toBe(1)
    subjectOf(await restored.transfer({ from, to }))
    await expect(restored.database.$executeRaw`DELETE FROM entries`).rejects.toThrow('never changed or removed')
    expect(await brokenInvariants(restored.database)).toEqual([])
  } finally {
    await restored.close()
  }
})

test('a database with a history is never overwritten', async () => {
  await backup(source.url, join(folder, 'again'))
  await expect(restore(source.url, join(folder, 'again'))).rejects.toThrow('already has a history')
})

test('a backup that is damaged restores nothing', async () => {
  const damaged = join(folder, 'damaged')
  await backup(source.url, damaged)
  const file = join(damaged, 'transfers.copy.gz')
  const bytes = await readFile(file)
  await writeFile(file, bytes.subarray(0, bytes.length / 2))
  const target = await emptyDatabase()
  await expect(restore(target.url, damaged)).rejects.toThrow()
  const { database, close } = openBank(target.url)
  expect([await database.customer.count(), await database.operation.count()]).toEqual([0, 0])
  await close()
})

test('a backup of another version is refused', async () => {
  const other = join(folder, 'other')
  await backup(source.url, other)
  const manifest = JSON.parse(await readFile(join(other, 'manifest.json'), 'utf8'))
  await writeFile(join(other, 'manifest.json'), JSON.stringify({ ...manifest, migrations: ['29990101000000_future'] }))
  await expect(restore((await emptyDatabase()).url, other)).rejects.toThrow('another version')
})
