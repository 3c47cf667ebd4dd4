import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { besideDatabase, databaseOf } from '../../platform/process/postgres-url.ts'
import { type Grown, grown, type Head, pieces } from '../../prisma/backup/copies.ts'
import { notFound, type OwnDatabase, said } from '../../prisma/backup/services.ts'
import { backup } from '../../prisma/backup.ts'
import { backupOwn, restoreOwn } from '../../prisma/own-database.ts'
import { restore } from '../../prisma/restore.ts'
import { verifyLedger } from '../../subgraphs/banking/audit/verify.ts'
import { openBank, subjectOf, type TestBank } from '../subgraphs/banking/support/bank.ts'
import { brokenInvariants } from '../subgraphs/banking/support/books.ts'
import { connectTo, createDatabase, query, type TestDatabase } from '../support/database.ts'
import { newFolder } from '../support/folder.ts'
import { startLateCount } from './late-count.ts'
import { describeService, fillService, rowsOf } from './league.ts'

let folder: string
let source: TestDatabase
let bank: TestBank
/** A service with a database to itself. */
let league: OwnDatabase
const databases: TestDatabase[] = []

beforeAll(async () => {
  folder = await newFolder()
  source = await createDatabase('seeded')
  // Its dates are no others than those of the database that is restored.
  await query(source.url, `ALTER DATABASE "${databaseOf(source.url)}" SET datestyle = 'SQL, DMY'`)
  bank = openBank(source.url)
  league = await describeService(folder, (await emptyDatabase()).url)
  await fillService(league)
})
afterAll(async () => {
  await bank.close()
  await Promise.all([source, ...databases].map((database) => database.drop()))
})

const emptyDatabase = async (): Promise<TestDatabase> => {
  const database = await createDatabase('empty')
  databases.push(database)
  return database
}

/** Its name is unique, and it is dropped at the end. */
async function missingDatabase(): Promise<string> {
  const database = await emptyDatabase()
  await query(source.url, `DROP DATABASE "${databaseOf(database.url)}"`)
  return database.url
}

test('A backup knows its number of rows even if the server sends that last', async () => {
  const proxy = await startLateCount(Number(new URL(source.url).port))
  const direct = await backup(source.url, join(folder, 'direct'))
  const url = Object.assign(new URL(source.url), { port: `${proxy.port}` }).href
  expect(await backup(url, join(folder, 'late'))).toEqual(direct)
  proxy.close()
})

test('A backup taken under load is restored elsewhere with every invariant, and the bank continues', async () => {
  const from = await bank.open({ balance: 1_000_000n })
  const to = await bank.open()
  const before = subjectOf(await bank.transfer({ from, to }))
  let loading = true
  const hold = {
    name: 'holdFunds',
    from,
    to,
    amount: 2n,
    currency: 'EUR',
    reference: null,
    expiresInSeconds: 60,
  } as const
  const held = await Promise.all(Array.from({ length: 50 }, async () => subjectOf(await bank.ask(hold))))
  const load = Array.from({ length: 8 }, async (_, at) => {
    while (loading) {
      await bank.transfer({ from, to })
      // Meanwhile some earlier holds end, and new ones are placed.
      const transferId = at % 2 === 0 ? held.pop() : subjectOf(await bank.ask(hold))
      if (transferId) await bank.ask({ name: 'captureHold', transferId, amount: 1n })
    }
  })
  await backup(source.url, join(folder, 'under-load'), [league])
  loading = false
  await Promise.all(load)

  const target = await emptyDatabase()
  const place = { ...league, url: await missingDatabase() }
  await restore(target.url, join(folder, 'under-load'), [place])
  expect(await rowsOf(place.url)).toEqual(await rowsOf(league.url))
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

test('A restored service database keeps its constraints, and reuses no sequence number', async () => {
  const at = join(folder, 'league')
  await backupOwn(league, at)
  const place = { ...league, url: await missingDatabase() }
  const restored = await restoreOwn(place, at)
  await restored.commit()
  await restored.close()
  await expect(query(place.url, 'DELETE FROM people WHERE id = 1')).rejects.toThrow('teams_captain')
  await expect(query(place.url, 'INSERT INTO scores VALUES (1, 2025)')).rejects.toThrow('nobody scores now')
  expect(await query(place.url, 'INSERT INTO teams (captain) VALUES (1) RETURNING id')).toEqual([{ id: 3 }])
  expect(await query(place.url, "INSERT INTO people (team, name) VALUES (1, 'Eva') RETURNING id, loud")).toEqual([
    { id: 3, loud: 'EVA' },
  ])
  await expect(query(place.url, 'INSERT INTO people (team) VALUES (9)')).rejects.toThrow('people_team_fkey')
  await expect(restoreOwn(place, at)).rejects.toThrow('has rows in "people": restore into an empty one')
})

test('A backup leaves out a service without a database, and a restore refuses an unknown service', async () => {
  const { services } = await backup(source.url, join(folder, 'without'), [
    { ...league, service: 'gone', url: besideDatabase(source.url, 'nobody') },
    { ...league, service: 'never', url: (await emptyDatabase()).url },
    league,
  ])
  expect(services).toEqual(['league'])
  const words = said(
    'backed up',
    [{ rows: 2 }, { rows: 3 }],
    [{ service: 'league', tables: [{ rows: 7 }] }],
    [notFound({ ...league, service: 'gone', url: 'postgresql://user:secret@host:5432/nobody' })],
  )
  expect(words.split('\n')).toEqual([
    'backed up 5 rows of 2 tables',
    'and 7 rows of 1 tables of league',
    expect.stringMatching(/^not of gone: there is no database nobody .* at host:5432 \(GONE_DATABASE_URL says where/),
  ])
  await expect(restore(source.url, join(folder, 'without'))).rejects.toThrow('league, which is no service here')
})

test('No snapshot is held while the long tables are copied', async () => {
  const [watcher, locker] = await Promise.all([connectTo(source.url), connectTo(source.url)])
  await locker.query('BEGIN')
  await locker.query('LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE')
  const done = backup(source.url, join(folder, 'watched'))
  let waiting: { own: boolean } | undefined
  while (!waiting) {
    const { rows } = await watcher.query<{ own: boolean }>(
      `SELECT xact_start = query_start AS own FROM pg_stat_activity
       WHERE wait_event_type = 'Lock' AND query LIKE '%"outbox"%' AND pid <> pg_backend_pid()`,
    )
    waiting = rows[0]
  }
  await locker.query('ROLLBACK')
  await done
  await Promise.all([watcher.end(), locker.end()])
  // The waiting statement is its own transaction, which holds no earlier snapshot.
  expect(waiting).toEqual({ own: true })
})

test.each(Object.keys(grown))('The pieces of a backup of %s contain each row up to the head once', async (table) => {
  const client = await connectTo(source.url)
  const whole = grown[table] as Grown
  const [first] = (await client.query<Head>('SELECT * FROM ledger')).rows
  const back = (number: string | undefined): string => (BigInt(number ?? 0) - 5n).toString()
  const head: Head = {
    last_sequence: back(first?.last_sequence),
    last_operation: back(first?.last_operation),
    last_batch: back(first?.last_batch),
  }
  const keyOf = (row: Record<string, string>) => whole.key.map((column) => row[column]).join()
  const upTo = `SELECT * FROM "${table}" WHERE "${whole.by}" <= ${head[whole.end]}`
  const all = (await client.query(upTo)).rows
  const without = table === 'transfers' ? all.filter((_row, at) => at % 10 === 0).map(({ id }) => BigInt(id)) : []
  const expected = all.filter(({ id }) => !without.includes(BigInt(id ?? -1))).map(keyOf)
  for (const size of [97, Math.max(1, all.length), 100_000]) {
    const found: string[] = []
    for await (const query of pieces(client, table, whole, head, without, size)) {
      const { rows } = await client.query(query)
      expect(rows.length).toBeLessThanOrEqual(size)
      found.push(...rows.map(keyOf))
    }
    expect(found.sort()).toEqual(expected.sort())
  }
  await client.end()
})

test('A restore over a database with a history fails, and fills no database of a service either', async () => {
  const place = { ...league, url: (await emptyDatabase()).url }
  await backup(source.url, join(folder, 'again'), [league])
  await expect(restore(source.url, join(folder, 'again'), [place])).rejects.toThrow('already has a history')
  expect(await query(place.url, 'SELECT name FROM people')).toEqual([])
})

test('A damaged backup restores nothing', async () => {
  const damaged = join(folder, 'damaged')
  await backup(source.url, damaged)
  const file = join(damaged, 'transfers.copy.gz')
  const bytes = await readFile(file)
  await writeFile(file, bytes.subarray(0, bytes.length / 2))
  const target = await emptyDatabase()
  await expect(restore(target.url, damaged)).rejects.toThrow('The backup of "transfers" cannot be restored: ')
  const { database, close } = openBank(target.url)
  expect([await database.customer.count(), await database.operation.count()]).toEqual([0, 0])
  await close()
})

test.each([
  ['that was not finished', undefined, 'is missing'],
  ['whose manifest is cut off', '{"migrations": [', 'is damaged'],
  ['whose manifest is another one', '{"name": "app"}', 'is damaged'],
])('A backup %s is refused in words', async (_which, manifest, fault) => {
  const at = await newFolder()
  if (manifest !== undefined) await writeFile(join(at, 'manifest.json'), manifest)
  await expect(restore(source.url, at)).rejects.toThrow(new RegExp(`^${at} holds no whole backup: .* ${fault}\\.$`))
})

test('A backup of another version is refused', async () => {
  const other = join(folder, 'other')
  await backup(source.url, other)
  const manifest = JSON.parse(await readFile(join(other, 'manifest.json'), 'utf8'))
  await writeFile(join(other, 'manifest.json'), JSON.stringify({ ...manifest, migrations: ['29990101000000_future'] }))
  await expect(restore((await emptyDatabase()).url, other)).rejects.toThrow('another version')
})
