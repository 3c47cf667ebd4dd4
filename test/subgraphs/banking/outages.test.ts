/**
 * Outages of the database during requests: reads are retried once, and fields that cannot be read
 * are reported as unavailable.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { connectTo, createDatabase, type TestDatabase } from '../../support/database.ts'
import { type NetworkProxy, startProxy } from './history/proxy.ts'
import { openBank } from './support/bank.ts'
import { codesOf, startBanking, type TestService } from './support/service.ts'

let database: TestDatabase
let admin: Client
let proxy: NetworkProxy
let service: TestService
beforeAll(async () => {
  database = await createDatabase('seeded')
  admin = await connectTo(database.url)
})
afterAll(async () => {
  await admin.end()
  await database.drop()
})
beforeEach(async () => {
  proxy = await startProxy(Number(new URL(database.url).port))
  service = await startBanking(Object.assign(new URL(database.url), { port: `${proxy.port}` }).href)
})
afterEach(async () => {
  await service.stop()
  await proxy.close()
})

const NAME = '{ me { name } }'
const terminateAll = () =>
  admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
/** Blocks all reads of the table until it is released. */
async function lock(table: string): Promise<() => Promise<void>> {
  const holder = await connectTo(database.url)
  await holder.query(
    `BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`,
  )
  return async () => {
    await holder.query('ROLLBACK')
    await holder.end()
  }
}
const ownAccounts = async () => {
  const { data } = await service.call(
    'payer',
    '{ me { accounts(first: 20) { edges { node { id number currency activityCursor } } } } }',
  )
  const euros = data.me.accounts.edges.flatMap(({ node }: { node: { currency: string } }) =>
    node.currency === 'EUR' ? [node] : [],
  )
  return euros as { id: string; number: string; activityCursor: string }[]
}

test('Reads succeed after the server has ended every connection', async () => {
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 10 }, () => service.call('payer', NAME)))
    await terminateAll()
    const answers = await Promise.all(Array.from({ length: 10 }, () => service.call('payer', NAME)))
    expect(answers.flatMap(codesOf)).toEqual([])
  }
})

test('Fields that need the database are unavailable without it, which is no internal error', async () => {
  await service.call('payer', NAME)
  await proxy.close()
  expect(codesOf(await service.call('payer', NAME))).toEqual(['SERVICE_UNAVAILABLE'])
  expect(codesOf(await service.call(null, '{ exchangeRates { perEuro } }'))).toEqual(['SERVICE_UNAVAILABLE'])
})

test('A statement that takes too long is unavailable', async () => {
  const url = new URL(database.url)
  url.searchParams.set('options', '-c statement_timeout=1000')
  const impatient = await startBanking(url.href)
  const release = await lock('customers')
  try {
    expect(codesOf(await impatient.call('payer', NAME))).toEqual(['SERVICE_UNAVAILABLE'])
  } finally {
    await release()
    await impatient.stop()
  }
})

test('No statement of a request goes on when nobody waits for it any more', async () => {
  await admin.query(`ALTER TABLE customers RENAME TO customers_away;
    CREATE VIEW customers AS SELECT id, current_setting('statement_timeout') AS name, email, created_at FROM customers_away`)
  try {
    expect((await service.call('payer', NAME)).data.me.name).toBe('15s')
  } finally {
    await admin.query('DROP VIEW customers; ALTER TABLE customers_away RENAME TO customers')
  }
})

test('The result of a mutation is reported although it could not be read at once', async () => {
  const [from, to] = await ownAccounts()
  if (!from || !to) throw new Error('The payer has no two accounts in euros.')
  const order = { from: from.id, to: to.number, amount: '1', currency: 'EUR' }
  const pay = () =>
    service.call(
      'payer',
      `mutation ($input: TransferBatchInput!) { transferBatch(input: $input) {
        ... on TransferBatchAccepted { items { transfer { id status } } } } }`,
      { input: { idempotencyKey: randomUUID(), mode: 'EACH', transfers: [order] } },
    )
  // The ledger does not use this table for these mutations, but reading a transfer does.
  const release = await lock('end_to_end_ids')
  const answer = pay()
  // Cuts its reads again and again until the lock is released.
  for (let cut = 0; cut < 3; ) {
    const { rowCount } = await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%transfers:by-id%'`)
    cut += rowCount ?? 0
  }
  await release()
  const { data, errors } = await answer
  expect([errors, data.transferBatch.items[0].transfer.status]).toEqual([undefined, 'POSTED'])
})

test('A stream ends before an event that cannot be read completely, and repeats it from the last cursor', async () => {
  const [account, other] = await ownAccounts()
  if (!account || !other) throw new Error('The payer has no two accounts in euros.')
  const query = `subscription ($id: ID!, $after: String) { accountActivity(accountId: $id, after: $after) { cursor transfer { reference from { name } } } }`
  const variables = { id: account.id, after: account.activityCursor }
  const bank = openBank(database.url)
  const actor = { id: 'payer', officer: false }
  // The ledger does not need this table, but reading a transfer does.
  await admin.query('ALTER TABLE end_to_end_ids RENAME TO end_to_end_ids_away')
  try {
    await bank.transfer({ from: account.id, to: other.id, reference: 'told once' }, { actor })
    const broken = await service.stream('payer', query, variables)
    expect(await broken.text().catch(() => 'cut')).not.toContain('told once')
  } finally {
    await admin.query('ALTER TABLE end_to_end_ids_away RENAME TO end_to_end_ids')
    await bank.close()
  }
  const resumed = await service.stream('payer', query, variables)
  let text = ''
  for await (const piece of resumed.body ?? []) {
    text += Buffer.from(piece).toString()
    if (text.includes('told once')) break
  }
  expect(text).toContain('"reference":"told once"')
})
