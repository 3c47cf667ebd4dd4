/**
 * Hash chains from before the hash covered effects are still valid, and continue in the present
 * version.
 */

import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { connectTo } from '../../../support/database.ts'
import { createBank, type TestBank } from '../support/bank.ts'

let bank: TestBank
let client: Client
let payer: string
let payee: string

beforeAll(async () => {
  bank = await createBank()
  payer = await bank.open({ balance: 100n })
  payee = await bank.open()
  await Promise.all(Array.from({ length: 30 }, () => bank.transfer({ from: payer, to: payee, amount: 4n })))
  client = await connectTo(bank.url)
  await chainAsBefore()
})
afterAll(async () => {
  await client.end()
  await bank.close()
})

interface Line {
  readonly number: string
  readonly last: string
  readonly columns: readonly (string | null)[]
}

/**
 * Links the batches by operations only, as earlier versions did. Independent of the product's code.
 */
async function chainAsBefore(): Promise<void> {
  const { rows } = await client.query<Line>(`
    SELECT b.number, b.last_operation AS last, json_build_array(o.number::text, o.actor, o.key, o.name, encode(o.input_hash, 'hex'),
      o.refusal, o.message, o.subject, o.details::text, o.request_id, to_char(o.at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS columns
    FROM batches b JOIN operations o ON o.number BETWEEN b.first_operation AND b.last_operation ORDER BY o.number`)
  await client.query('ALTER TABLE batches DISABLE TRIGGER USER; ALTER TABLE ledger DISABLE TRIGGER USER')
  let previous: Buffer = Buffer.alloc(32)
  for (const [number, lines] of Map.groupBy(rows, (row) => row.number)) {
    const text = lines.map(({ columns }) => JSON.stringify(columns)).join('\n')
    previous = createHash('sha256').update(previous).update(text).digest()
    await client.query('UPDATE batches SET hash = $1, version = 1 WHERE number = $2', [previous, number])
  }
  await client.query('UPDATE ledger SET last_hash = $1', [previous])
  await client.query('ALTER TABLE batches ENABLE TRIGGER USER; ALTER TABLE ledger ENABLE TRIGGER USER')
}

test('A hash chain of an earlier version is valid, and continues in the present version', async () => {
  expect(await verifyLedger(bank.database)).toMatchObject({ sound: true })
  await bank.transfer({ from: payer, to: payee })
  const versions = await bank.database.batch.groupBy({ by: ['version'], _count: true })
  expect(versions.map(({ version }) => version).sort()).toEqual([1, 2])
  expect(await verifyLedger(bank.database)).toMatchObject({ sound: true })
})

test.each([
  ["UPDATE operations SET actor = 'somebody else' WHERE number = 7", /batch \d+ .* is not as it was written/],
  ['UPDATE entries SET amount = amount * 3 WHERE sequence = 4', /entry \d+-4 is not the one of its event/],
  ['UPDATE batches SET version = 2 WHERE number = 3', /batch 3 .* is not as it was written/],
])('Tampering with a chain of an earlier version is found: %s', async (statement, found) => {
  const table = statement.split(' ')[1]
  await client.query(`CREATE TABLE kept AS TABLE ${table}; ALTER TABLE ${table} DISABLE TRIGGER USER`)
  await client.query(statement)
  expect(await verifyLedger(bank.database)).toEqual({ sound: false, problem: expect.stringMatching(found) })
  await client.query(
    `DELETE FROM ${table}; INSERT INTO ${table} TABLE kept; DROP TABLE kept; ALTER TABLE ${table} ENABLE TRIGGER USER`,
  )
})
