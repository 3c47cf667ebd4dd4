import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { quoted, readPlainRecords, recordArray } from '../../../../subgraphs/banking/database/records.ts'
import { connectTo, createDatabase, type TestDatabase } from '../../../support/database.ts'

let database: TestDatabase
let client: Client

beforeAll(async () => {
  database = await createDatabase('migrated')
  client = await connectTo(database.url)
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

test('Any text is stored unchanged, and null stays null', async () => {
  const texts = [
    '',
    ' ',
    'NULL',
    'plain',
    'a "quoted" word',
    '\\',
    '\\"',
    '"\\',
    'back\\slash and \\\\ two',
    '(1,2)',
    '{"a","b"}',
    '),(',
    ',',
    "it's",
    'two\nlines\tand a tab',
    'São João – 漢字 🙂',
    '$1',
    '$&',
    null,
  ]
  const records = recordArray(texts, (text) => [1n, null, null, null, null, null, null, null, null, quoted(text), null])
  const { rows } = await client.query<{ reference: string | null; merchant_id: string | null }>(
    'SELECT reference, merchant_id FROM unnest($1::new_event[])',
    [records],
  )
  expect(rows.map(({ reference }) => reference)).toEqual(texts)
  expect(new Set(rows.map(({ merchant_id }) => merchant_id))).toEqual(new Set([null]))
})

test('Writing no records writes no rows, and reading none reads none', async () => {
  const { rows } = await client.query('SELECT * FROM unnest($1::new_event[])', [recordArray([], () => [])])
  expect(rows).toEqual([])
  const { rows: found } = await client.query<{ fields: string | null }>(
    'SELECT array_agg((sequence, kind))::text AS fields FROM outbox WHERE sequence < 0',
  )
  expect(readPlainRecords(found[0]?.fields ?? null)).toEqual([])
})

test('Plain columns are read as stored, and an empty field as null', async () => {
  const { rows } = await client.query<{ fields: string }>(
    "SELECT array_agg((a, b, c))::text AS fields FROM (VALUES (1, NULL, 'EUR'), (-2, 3, NULL)) AS v (a, b, c)",
  )
  expect(readPlainRecords(rows[0]?.fields ?? null)).toEqual([
    ['1', '', 'EUR'],
    ['-2', '3', ''],
  ])
})
