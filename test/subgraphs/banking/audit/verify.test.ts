import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { connectTo } from '../../../support/database.ts'
import { createBank, subjectOf, type TestBank } from '../support/bank.ts'

let bank: TestBank
let client: Client

beforeAll(async () => {
  bank = await createBank()
  const account = await bank.open({ balance: 100n })
  const payee = await bank.open()
  for (let batch = 0; batch < 5; batch += 1)
    await Promise.all(Array.from({ length: 7 }, () => bank.transfer({ from: account, to: payee, amount: 4n })))
  const item = { from: account, to: payee, amount: 1n, currency: 'EUR', reference: 'with "quotes" and ünïcödé' }
  await bank.ask({ name: 'transferBatch', mode: 'EACH', items: [item, { ...item, amount: 10_000n }] })
  const saver = await bank.open({ balance: 5n })
  await bank.transfer({ from: saver, to: payee, amount: 5n, reference: item.reference })
  // Signs that compose with what is before them.
  for (const reference of ['1=\u0338 2', '50%\u0338', 'j\u030c\u0323', '\u0438\u0306'])
    subjectOf(await bank.transfer({ from: payee, to: saver, reference }))
  client = await connectTo(bank.url)
})
afterAll(async () => {
  await client.end()
  await bank.close()
})
beforeEach(async () => {
  await client.query('ROLLBACK').catch(() => {})
})

/**
 * The tables' owner can disable their guards, but the hash chain still detects changes. Rolls the
 * statement back afterwards.
 */
async function tamperedWith(statement: string) {
  await client.query(`CREATE TABLE kept_operations AS TABLE operations; CREATE TABLE kept_batches AS TABLE batches;
    CREATE TABLE kept_ledger AS TABLE ledger`)
  for (const table of ['operations', 'batches', 'ledger'])
    await client.query(
      `ALTER TABLE ${table} DISABLE TRIGGER ALL; ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ledger_is_one_row`,
    )
  try {
    await client.query(statement)
    return await verifyLedger(bank.database)
  } finally {
    await restore()
  }
}

async function restore(): Promise<void> {
  for (const table of ['operations', 'batches', 'ledger'])
    await client.query(`DELETE FROM ${table}; INSERT INTO ${table} TABLE kept_${table}; DROP TABLE kept_${table}`)
}

test('An unchanged log is valid', async () => {
  const operations = await bank.database.operation.count()
  expect(await verifyLedger(bank.database)).toMatchObject({ sound: true, operations: BigInt(operations) })
})

test.each([
  ['by a server without those rules', 'with "quotes" and ünïcödé', true],
  ['by a server whose rules make two letters of one', 'with "quotes" and uenicoede', true],
  ['by nobody', 'with "quotes" end ünïcödé', false],
  ['by nobody, in full', 'ünïcödé', false],
])('A text to search by, as it was written %s, is sound or not', async (_by, text, sound) => {
  await client.query('ALTER TABLE entries DISABLE TRIGGER ALL')
  const search = `UPDATE entries SET search = $1 WHERE search LIKE 'with%' OR search = $2 RETURNING search`
  expect((await client.query(search, [text, ''])).rowCount).toBe(2)
  const verdict = await verifyLedger(bank.database)
  await client.query(search, ['with "quotes" and unicode', text])
  await client.query('ALTER TABLE entries ENABLE TRIGGER ALL')
  expect(verdict).toMatchObject(sound ? { sound } : { sound, problem: expect.stringContaining('the reference of') })
})

type Row = readonly [which: string, where: string]
const accepted: Row = ['an accepted line of', 'number = 5']
const refused: Row = ['a refused line of', 'number = (SELECT min(number) FROM operations WHERE refusal IS NOT NULL)']
const detailed: Row = ['a line with details of', 'details IS NOT NULL']
/** Between two batches of the same time, the event could belong to either. */
const inTheMiddle: Row = [
  'one of the',
  'number = (SELECT max(b.number) FROM batches b JOIN batches p ON p.number = b.number - 1 WHERE p.at < b.at)',
]
const head: Row = ['the', 'id = 1']

/** Every audited column, with another value for it. */
const columns: readonly { table: string; column: string; value: string; rows: readonly Row[] }[] = [
  { table: 'operations', column: 'number', value: 'number + 1000', rows: [accepted] },
  { table: 'operations', column: 'actor', value: "'somebody else'", rows: [accepted, refused] },
  { table: 'operations', column: 'key', value: "'another key'", rows: [accepted, refused] },
  { table: 'operations', column: 'name', value: "'openAccount'", rows: [accepted, refused] },
  { table: 'operations', column: 'input_hash', value: "'\\x00'", rows: [accepted, refused] },
  { table: 'operations', column: 'refusal', value: "'NOT_PERMITTED'", rows: [accepted, refused] },
  { table: 'operations', column: 'message', value: "'Another message.'", rows: [accepted, refused] },
  { table: 'operations', column: 'subject', value: "'7'", rows: [accepted, refused] },
  { table: 'operations', column: 'details', value: `'{"more":1}'`, rows: [accepted, refused, detailed] },
  { table: 'operations', column: 'details', value: "'null'", rows: [accepted] },
  { table: 'operations', column: 'details', value: "(' ' || details::text)::json", rows: [detailed] },
  { table: 'operations', column: 'input_version', value: '7', rows: [accepted, refused] },
  { table: 'operations', column: 'request_id', value: "'another request'", rows: [accepted, refused] },
  { table: 'operations', column: 'at', value: "at + interval '1 ms'", rows: [accepted, refused] },
  { table: 'batches', column: 'number', value: 'number + 1000', rows: [inTheMiddle] },
  { table: 'batches', column: 'first_sequence', value: 'first_sequence + 1', rows: [inTheMiddle] },
  { table: 'batches', column: 'first_operation', value: 'first_operation + 1', rows: [inTheMiddle] },
  { table: 'batches', column: 'last_operation', value: 'last_operation - 1', rows: [inTheMiddle] },
  { table: 'batches', column: 'at', value: "at + interval '1 ms'", rows: [inTheMiddle] },
  { table: 'batches', column: 'hash', value: "'\\x00'", rows: [inTheMiddle] },
  { table: 'batches', column: 'version', value: '1', rows: [inTheMiddle] },
  { table: 'batches', column: 'version', value: '3', rows: [inTheMiddle] },
  { table: 'ledger', column: 'id', value: '2', rows: [head] },
  { table: 'ledger', column: 'last_sequence', value: 'last_sequence + 1', rows: [head] },
  { table: 'ledger', column: 'last_operation', value: 'last_operation - 1', rows: [head] },
  { table: 'ledger', column: 'last_batch', value: 'last_batch - 1', rows: [head] },
  { table: 'ledger', column: 'last_account', value: 'last_account + 1', rows: [head] },
  { table: 'ledger', column: 'last_at', value: "last_at + interval '1 ms'", rows: [head] },
  { table: 'ledger', column: 'previous_sequence', value: 'previous_sequence + 7', rows: [head] },
  { table: 'ledger', column: 'last_hash', value: "'\\x00'", rows: [head] },
]

test('The tests tamper with every column of the audited tables', async () => {
  const { rows } = await client.query<{ name: string }>(`
    SELECT table_name || '.' || column_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name IN ('operations', 'batches', 'ledger')`)
  const tried = new Set(columns.map(({ table, column }) => `${table}.${column}`))
  expect(new Set(rows.map(({ name }) => name))).toEqual(tried)
})

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
  ...columns.flatMap(({ table, column, value, rows }): [string, string][] =>
    rows.map(([which, where]) => [
      `${column} of ${which} ${table}`,
      `UPDATE ${table} SET ${column} = ${value} WHERE ${where}`,
    ]),
  ),
])('The verification finds %s', async (_case, statement) => {
  expect(await tamperedWith(statement)).toMatchObject({ sound: false, problem: expect.stringMatching(/\w/) })
  expect(await verifyLedger(bank.database)).toMatchObject({ sound: true })
})
