/**
 * After a restore to an earlier point no number of the undone history is used again, and clients
 * with such a number get an error.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { backup } from '../../prisma/backup.ts'
import { beginEpoch } from '../../prisma/epoch.ts'
import { restore } from '../../prisma/restore.ts'
import { verifyLedger } from '../../subgraphs/banking/audit/verify.ts'
import { handOver } from '../../subgraphs/banking/webhooks/hand-over.ts'
import { openBank, subjectOf, type TestBank, verdictOf } from '../subgraphs/banking/support/bank.ts'
import { brokenInvariants } from '../subgraphs/banking/support/books.ts'
import { codesOf, startBanking, type TestService } from '../subgraphs/banking/support/service.ts'
import { connectTo, createDatabase, type TestDatabase } from '../support/database.ts'
import { newFolder } from '../support/folder.ts'
import { until } from '../support/until.ts'

let folder: string
let source: TestDatabase
let target: TestDatabase
let restored: TestBank
let service: TestService
let account: string
let payee: string
/** Cursors of the newest event in the backup, and of an event that was undone. */
let kept: string
let undone: { transfer: string; account: string; cursor: string; entries: string }

const CURSOR = 'query ($id: ID!) { account(id: $id) { activityCursor entries(first: 1) { pageInfo { endCursor } } } }'
const ACTIVITY = 'subscription ($id: ID!, $after: String) { accountActivity(accountId: $id, after: $after) { cursor } }'

async function cursorsOf(from: TestService): Promise<{ activity: string; entries: string }> {
  const { data } = await from.call('payer', CURSOR, { id: account })
  const { activityCursor, entries } = data.account
  return { activity: activityCursor, entries: entries.pageInfo.endCursor }
}

beforeAll(async () => {
  folder = await newFolder()
  source = await createDatabase('seeded')
  const bank = openBank(source.url)
  account = await bank.open({ owner: 'payer', balance: 1_000n })
  payee = await bank.open()
  subjectOf(await bank.transfer({ from: account, to: payee, amount: 5n }))
  const before = await startBanking(source.url)
  kept = (await cursorsOf(before)).activity
  await backup(source.url, join(folder, 'backup'))
  const opened = await bank.open()
  const transfers = await Promise.all(Array.from({ length: 20 }, () => bank.transfer({ from: account, to: payee })))
  const cursors = await cursorsOf(before)
  const newest = transfers.map(subjectOf).sort((one, other) => Number(other) - Number(one))[0] as string
  undone = { transfer: newest, account: opened, cursor: cursors.activity, entries: cursors.entries }
  await before.stop()
  await bank.close()

  target = await createDatabase('empty')
  await restore(target.url, join(folder, 'backup'))
  restored = openBank(target.url)
  // Partitions of the usual size would also cover the numbers of the next four seconds.
  await restored.database.$executeRaw`CREATE OR REPLACE FUNCTION partition_size() RETURNS BIGINT
    LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 1000::bigint'`
  service = await startBanking(target.url)
})
afterAll(async () => {
  await service.stop()
  await restored.close()
  await Promise.all([source.drop(), target.drop()])
})

test('A cursor of the undone history is refused with an error code, with or without later events', async () => {
  for (const moment of ['at once', 'later']) {
    const response = await service.stream('payer', ACTIVITY, { id: account, after: undone.cursor })
    const text = await response.text() // the refused stream ends
    expect([moment, text]).toEqual([moment, expect.stringContaining('BAD_USER_INPUT')])
    expect(text).toContain('restored from a backup')
    const page = `query ($id: ID!, $after: String) { account(id: $id) { entries(after: $after) { edges { cursor } } } }`
    expect(codesOf(await service.call('payer', page, { id: account, after: undone.entries }))).toEqual([
      'BAD_USER_INPUT',
    ])
    subjectOf(await restored.transfer({ from: account, to: payee }))
  }
})

test('New transfers, events and accounts have numbers that were never used', async () => {
  const transfer = subjectOf(await restored.transfer({ from: account, to: payee }))
  expect(BigInt(transfer)).toBeGreaterThan(BigInt(undone.transfer) + 1_000_000n)
  expect(BigInt(await restored.open())).toBeGreaterThan(BigInt(undone.account) + 1_000_000n)
  const { data } = await service.call('payer', 'query ($id: ID!) { transfer(id: $id) { id } }', { id: undone.transfer })
  expect(data).toEqual({ transfer: null })
})

test('A cursor from before the backup continues with what happened after the restore', async () => {
  const transfer = subjectOf(await restored.transfer({ from: account, to: payee }))
  const response = await service.stream('payer', ACTIVITY, { id: account, after: kept })
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader()
  let told = ''
  const wanted = Buffer.from(JSON.stringify(['activity', transfer])).toString('base64url')
  while (!told.includes(wanted)) {
    const { value, done } = await reader.read()
    if (done) break
    told += value
  }
  await reader.cancel()
  expect(told).toContain(wanted)
  expect(told).not.toContain('errors')
})

test('Webhooks get the events before and after the gap', async () => {
  const { database } = restored
  await database.webhookEndpoint.create({
    data: { id: randomUUID(), customerId: 'payer', url: 'https://example.com/', afterSequence: 0n },
  })
  await database.$executeRaw`UPDATE webhook_cursor SET last_sequence = 0`
  // The service also distributes events, and skips the work if the cursor is locked.
  const hasPassedAll = async (): Promise<boolean> => {
    await handOver(database)
    const [{ left }] = await database.$queryRaw<[{ left: boolean }]>`
      SELECT w.last_sequence < l.last_sequence AS left FROM webhook_cursor w, ledger l`
    return !left
  }
  await until(hasPassedAll)
  const events = await database.$queryRaw<[{ count: bigint }]>`
    SELECT count(*) FROM outbox WHERE debit_account_id IN (SELECT id FROM accounts WHERE customer_id = 'payer')
      OR credit_account_id IN (SELECT id FROM accounts WHERE customer_id = 'payer')`
  expect(BigInt(await database.webhookDelivery.count())).toBe(events[0].count)
})

test('The ledger and the hash chain are whole over any number of gaps, and only recorded gaps are accepted', async () => {
  const client = await connectTo(target.url)
  try {
    await beginEpoch(client)
    await beginEpoch(client)
    expect(await verifyLedger(restored.database)).toMatchObject({ sound: true })
    subjectOf(await restored.transfer({ from: account, to: payee }))
    expect(await verifyLedger(restored.database)).toMatchObject({ sound: true })
    expect(await brokenInvariants(restored.database)).toEqual([])
    await expect(client.query('UPDATE ledger SET last_sequence = last_sequence + 10')).rejects.toThrow(
      'with a batch only',
    )
    await expect(client.query('UPDATE ledger_restores SET to_sequence = 7')).rejects.toThrow('never changed or removed')
  } finally {
    await client.end()
  }
})

test('Epochs that begin at the same time follow each other', async () => {
  const clients = Array.from({ length: 6 }, () => new Client({ connectionString: target.url }))
  try {
    await Promise.all(clients.map((client) => client.connect()))
    await Promise.all([
      ...clients.map((client) => beginEpoch(client)),
      ...Array.from({ length: 20 }, () => restored.transfer({ from: account, to: payee })),
    ])
    expect(await verifyLedger(restored.database)).toMatchObject({ sound: true })
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
})

test("A service that writes at any moment of an epoch's beginning finds partitions", async () => {
  const client = await connectTo(target.url)
  try {
    const query = async (...asked: Parameters<Client['query']>) => {
      const result = await client.query(...asked)
      expect(verdictOf(await restored.transfer({ from: account, to: payee }))).toBe('ACCEPTED')
      return result
    }
    await beginEpoch({ query } as Client)
    expect(await verifyLedger(restored.database)).toMatchObject({ sound: true })
  } finally {
    await client.end()
  }
})

test('While upkeep creates partitions, every number of an epoch has one', async () => {
  const [upkeep, client] = await Promise.all([connectTo(target.url), connectTo(target.url)])
  try {
    await upkeep.query('BEGIN')
    await upkeep.query('SELECT create_partitions(4)')
    let isOver = false
    const begun = beginEpoch(client).finally(() => {
      isOver = true
    })
    const waits = async (): Promise<boolean> => {
      const { rowCount } = await upkeep.query(
        `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
         WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`,
      )
      return rowCount === 1
    }
    await until(async () => isOver || (await waits()))
    await upkeep.query('COMMIT')
    await begun
    expect(verdictOf(await restored.transfer({ from: account, to: payee }))).toBe('ACCEPTED')
  } finally {
    await Promise.all([upkeep.end(), client.end()])
  }
})

test('No epoch begins while the clock is behind the ledger', async () => {
  const client = await connectTo(target.url)
  try {
    await client.query('BEGIN')
    await client.query(
      "ALTER TABLE ledger DISABLE TRIGGER USER; UPDATE ledger SET last_at = now() + interval '1 minute'",
    )
    await expect(beginEpoch(client)).rejects.toThrow('clock is behind the ledger')
  } finally {
    await client.query('ROLLBACK')
    await client.end()
  }
})
