/** The demo data is written completely or not at all, and never into a database in use. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { seed } from '../../prisma/seed.ts'
import { openBank } from '../subgraphs/banking/support/bank.ts'
import { connectTo, createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let client: Client
beforeEach(async () => {
  database = await createDatabase('migrated')
  client = await connectTo(database.url)
})
afterEach(async () => {
  await client.end()
  await database.drop()
})

/** Rows of every table that the seed writes to. */
const counts = async (): Promise<Record<string, number>> => {
  const tables = [
    ...['customers', 'branches', 'merchants', 'exchange_rates', 'accounts', 'transfers', 'entries', 'outbox'],
    ...['operations', 'batches', 'loans', 'loan_changes'],
  ]
  const found: Record<string, number> = {}
  for (const table of tables) {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM "${table}"`)
    found[table] = Number(rows[0]?.count)
  }
  return found
}

test('A seed that fails at its last step leaves nothing, and a retry completes it', async () => {
  const empty = await counts()
  await client.query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no loans'; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON loans FOR EACH ROW EXECUTE FUNCTION fail()`)
  await expect(seed(database.url)).rejects.toThrow('no loans')
  expect(await counts()).toEqual(empty)
  await client.query('DROP TRIGGER fail ON loans')
  expect(await seed(database.url)).toBe(true)
  const full = await counts()
  expect(Object.values(full).every((count) => count > 0)).toBe(true)
  expect(await seed(database.url)).toBe(true)
  expect(await counts()).toEqual(full)
})

test('An existing demo is recognized without the ledger, and missing list items are added', async () => {
  await seed(database.url)
  const full = await counts()
  await client.query('BEGIN')
  await client.query('SELECT FROM ledger FOR UPDATE')
  expect(await seed(database.url)).toBe(true)
  await client.query('COMMIT')
  for (const row of [
    `merchants WHERE name = (SELECT min(name) FROM merchants)`,
    `exchange_rates WHERE currency = 'JPY'`,
  ]) {
    await client.query(`DELETE FROM ${row}`)
    expect(await counts()).not.toEqual(full)
    expect(await seed(database.url)).toBe(true)
    expect(await counts()).toEqual(full)
  }
})

test('Two seeds at once fill the database once', async () => {
  expect(await Promise.all([seed(database.url), seed(database.url)])).toEqual([true, true])
  const { operations } = await counts()
  expect(await seed(database.url)).toBe(true)
  expect((await counts())['operations']).toBe(operations)
})

test.each([
  ['a customer', `INSERT INTO customers (id, name, email) VALUES ('somebody', 'Somebody', 'somebody@example.com')`],
  ['a branch', `INSERT INTO branches (id, name, city_id) VALUES ('somewhere', 'Somewhere', '1')`],
])('A database with %s of its own is left unchanged', async (_what, insert) => {
  await client.query(insert)
  const before = await counts()
  expect(await seed(database.url)).toBe(false)
  expect(await counts()).toEqual(before)
})

test('A database with a ledger of its own is left unchanged', async () => {
  const bank = openBank(database.url)
  await bank.open({ floor: null })
  await bank.close()
  const before = await counts()
  expect(await seed(database.url)).toBe(false)
  expect(await counts()).toEqual(before)
})
