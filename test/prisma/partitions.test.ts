/** The long tables are partitioned while the bank runs, and get partitions ahead of need. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { migrate } from '../../prisma/migrate.ts'
import { verifyLedger } from '../../subgraphs/banking/audit/verify.ts'
import { createPartitions } from '../../subgraphs/banking/ledger/upkeep.ts'
import { forgedBatch } from '../subgraphs/banking/audit/forged-batch.ts'
import { openBank, type TestBank, verdictOf } from '../subgraphs/banking/support/bank.ts'
import { brokenInvariants } from '../subgraphs/banking/support/books.ts'
import { connectTo, createDatabase, type TestDatabase } from '../support/database.ts'
import { smallPartitions } from '../support/small-partitions.ts'

const SIZE = 200 // numbers of a partition
let migrations: Awaited<ReturnType<typeof smallPartitions>>
let database: TestDatabase
let bank: TestBank
let client: Client
let from: string
let to: string

beforeAll(async () => {
  migrations = await smallPartitions(SIZE)
  database = await createDatabase('empty')
  await migrate(database.url, await migrations.before())
  bank = openBank(database.url)
  client = await connectTo(database.url)
  from = await bank.open({ balance: 1_000_000n })
  to = await bank.open()
})
afterAll(async () => {
  await client.end()
  await bank.close()
  await database.drop()
})

/** Makes concurrent transfers until `work` has ended; each must be accepted. */
async function transferDuring(work: () => Promise<unknown>): Promise<void> {
  let working = true
  const clients = Array.from({ length: 8 }, async () => {
    while (working) expect(verdictOf(await bank.transfer({ from, to }))).toBe('ACCEPTED')
  })
  await work().finally(() => {
    working = false
  })
  await Promise.all(clients)
}

const partitions = async (parent: string): Promise<{ lower: string; rows: number }[]> => {
  const { rows } = await client.query<{ lower: string }>(
    'SELECT lower FROM ledger_partitions WHERE parent = $1 ORDER BY lower',
    [parent],
  )
  const counted: { lower: string; rows: number }[] = []
  for (const { lower } of rows) {
    const found = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM partitions.${parent}_${lower}`)
    counted.push({ lower, rows: Number(found.rows[0]?.rows) })
  }
  return counted
}

test('The tables become partitioned while transfers go on, and none of these fails', async () => {
  for (let transfers = 0; transfers < 300; transfers += 1) await bank.transfer({ from, to })
  await transferDuring(() => migrate(database.url, migrations.all))
  expect(await brokenInvariants(bank.database)).toEqual([])
  expect(await verifyLedger(bank.database)).toMatchObject({ sound: true })
  for (const parent of ['transfers', 'outbox', 'entries', 'operations']) {
    const [old, ...ahead] = await partitions(parent)
    expect(old?.rows).toBeGreaterThan(300)
    expect(ahead.length).toBeGreaterThanOrEqual(2)
  }
})

test('An instance of the previous version finds a key by an index in every partition', async () => {
  const key = 'old instance'
  await bank.transfer({ from, to }, { key })
  await client.query('SET enable_seqscan = off')
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN SELECT * FROM unnest('{bank:test}'::text[], '{${key}}'::text[]) AS used (actor, key)
     JOIN operations o ON o.actor = used.actor AND o.key = used.key`,
  )
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('Index')
  expect(plan).not.toContain('Seq Scan')
})

test('Partitions are created ahead, and rows fall into theirs', async () => {
  for (let round = 0; round < 8; round += 1) {
    await createPartitions(bank.database)
    await Promise.all(Array.from({ length: SIZE }, () => bank.transfer({ from, to })))
  }
  const [last] = await bank.database.$queryRaw<[{ last: bigint }]>`SELECT last_sequence AS last FROM ledger`
  for (const parent of ['transfers', 'outbox', 'entries']) {
    const filled = (await partitions(parent)).slice(1).filter(({ rows }) => rows > 0)
    expect(filled.length).toBeGreaterThanOrEqual(3)
    for (const { lower, rows } of filled) {
      const size = Math.min(SIZE, Number(last.last) - Number(lower) + 1)
      expect(rows).toBe(parent === 'entries' ? 2 * size : size)
    }
  }
  expect(await brokenInvariants(bank.database)).toEqual([])
  expect(await verifyLedger(bank.database)).toMatchObject({ sound: true })
})

test.each(['INSERT INTO', 'UPDATE', 'DELETE FROM', 'TRUNCATE'])(
  'A direct %s on a partition is refused',
  async (what) => {
    const rest = { 'INSERT INTO': ' SELECT * FROM entries LIMIT 1', UPDATE: ' SET amount = 1' }[what] ?? ''
    await expect(client.query(`${what} partitions.entries_0${rest}`)).rejects.toMatchObject({ code: '23001' })
  },
)

test.each([0, 600])('A transfer in any partition is reversed once, by any instance (%i)', async (least) => {
  const [row] = await bank.database.$queryRaw<[{ id: bigint }]>`
    SELECT min(id) AS id FROM transfers WHERE id > ${least} AND credit_account_id = ${BigInt(to)}`
  const transferId = `${row.id}`
  expect(verdictOf(await bank.ask({ name: 'reverseTransfer', transferId }))).toBe('ACCEPTED')
  await expect(client.query(forgedBatch({ from: to, to: from, reversalOf: transferId }))).rejects.toMatchObject({
    code: '23505',
    message: expect.stringContaining('reversed once'),
  })
})
