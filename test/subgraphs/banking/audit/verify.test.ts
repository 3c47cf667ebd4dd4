import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { verifyAudit } from '../../../../subgraphs/banking/audit/verify.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import { openBank, type TestBank } from '../support/bank.ts'

let database: TestDatabase
let bank: TestBank
let client: Client

beforeAll(async () => {
  database = await createDatabase('migrated')
  bank = openBank(database.url)
  const account = await bank.open({ balance: 100n })
  const payee = await bank.open()
  for (let batch = 0; batch < 5; batch += 1)
    await Promise.all(Array.from({ length: 7 }, () => bank.transfer({ from: account, to: payee, amount: 4n })))
  const item = { from: account, to: payee, amount: 1n, currency: 'EUR', reference: 'with "quotes" and ünïcödé' }
  await bank.ask({ name: 'transferBatch', mode: 'EACH', items: [item, { ...item, amount: 10_000n }] })
  client = new Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await bank.close()
  await database.drop()
})
beforeEach(async () => {
  await client.query('ROLLBACK').catch(() => {})
})

/** Whoever owns the tables can switch their guards off: then the chain still tells. */
async function tamperedWith(statement: string) {
  await client.query('ALTER TABLE operations DISABLE TRIGGER ALL; ALTER TABLE batches DISABLE TRIGGER ALL')
  const before = await client.query('SELECT * FROM operations ORDER BY number')
  const batches = await client.query('SELECT * FROM batches ORDER BY number')
  await client.query(statement)
  const verdict = await verifyAudit(bank.database)
  await client.query('TRUNCATE operations, batches')
  for (const [table, rows] of [
    ['operations', before.rows],
    ['batches', batches.rows],
  ] as const) {
    for (const row of rows) {
      const columns = Object.keys(row)
      const values = Object.values(row).map((value) => (isJson(value) ? JSON.stringify(value) : value))
      const places = columns.map((_, at) => `$${at + 1}`)
      await client.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`, values)
    }
  }
  return verdict
}
const isJson = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !Buffer.isBuffer(value)

test('a log as it was written is sound', async () => {
  const operations = await bank.database.operation.count()
  expect(await verifyAudit(bank.database)).toMatchObject({ sound: true, operations: BigInt(operations) })
})

describe('is found out', () => {
  test.each([
    [
      'a changed refusal',
      "UPDATE operations SET refusal = NULL, message = NULL, subject = '1' WHERE number = (SELECT min(number) FROM operations WHERE refusal IS NOT NULL)",
    ],
    ['another actor', "UPDATE operations SET actor = 'somebody else' WHERE number = 5"],
    ['another time', "UPDATE operations SET at = at + interval '1 millisecond' WHERE number = 9"],
    ['other details', "UPDATE operations SET details = '[]' WHERE details IS NOT NULL"],
    ['a missing row', 'DELETE FROM operations WHERE number = 6'],
    ['a missing last row', 'DELETE FROM operations WHERE number = (SELECT max(number) FROM operations)'],
    ['a missing batch', 'DELETE FROM batches WHERE number = 4'],
    [
      'two rows in each other’s place',
      'UPDATE operations SET number = CASE number WHEN 7 THEN -8 ELSE -7 END WHERE number IN (7, 8); UPDATE operations SET number = -number WHERE number < 0',
    ],
    [
      'a log cut off with its batches',
      'DELETE FROM operations WHERE number > (SELECT last_operation FROM batches WHERE number = 5); DELETE FROM batches WHERE number > 5',
    ],
  ])('%s', async (_case, statement) => {
    expect(await tamperedWith(statement)).toMatchObject({ sound: false, problem: expect.stringMatching(/\w/) })
    expect(await verifyAudit(bank.database)).toMatchObject({ sound: true })
  })
})
