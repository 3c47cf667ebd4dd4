/** The store of keys: the newest by an index, older ones in segments, and none is used twice. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { keyDigest } from '../../../../subgraphs/banking/ledger/first-uses.ts'
import { compactKeys } from '../../../../subgraphs/banking/ledger/upkeep.ts'
import { connectTo } from '../../../support/database.ts'
import { createBank, subjectOf, type TestBank } from '../support/bank.ts'

let bank: TestBank
let client: Client
let from: string
let to: string
/** Subjects by key. */
const subjects = new Map<string, string>()

beforeAll(async () => {
  bank = await createBank()
  client = await connectTo(bank.url)
  // A segment of level 0 has 64 keys here.
  await client.query(
    'CREATE OR REPLACE FUNCTION key_bits() RETURNS INTEGER LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 6',
  )
  from = await bank.open({ balance: 1_000_000n })
  to = await bank.open()
})
afterAll(async () => {
  await client.end()
  await bank.close()
})

const use = async (key: string): Promise<void> => {
  subjects.set(key, subjectOf(await bank.transfer({ from, to }, { key })))
}

const expectRemembered = async (): Promise<void> => {
  const answers = await Promise.all(
    [...subjects].map(async ([key, subject]) => {
      const answer = await bank.transfer({ from, to }, { key })
      return answer.replayed && subjectOf(answer) === subject
    }),
  )
  expect(answers).toEqual(answers.map(() => true))
}

const count = async (table: string): Promise<number> =>
  Number((await client.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count)

test('The digest of a key is the same in the service and in the database', async () => {
  const { rows } = await client.query('SELECT key_digest($1, $2) AS digest', ['Zoë', 'k–1'])
  expect(rows[0].digest.replaceAll('-', '')).toBe(keyDigest('Zoë', 'k–1'))
})

test('Every key is found at every step of its move into segments', async () => {
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(Array.from({ length: 90 }, (_, at) => use(`key ${round} ${at}`)))
    for (let more = true; more; ) {
      more = await compactKeys(bank.database)
      await expectRemembered()
    }
  }
  expect(await count('operation_keys')).toBeLessThan(64)
  // 454 operations: seven times 64 of them, in segments of 64, 128 and 256.
  const { rows } = await client.query('SELECT level FROM key_segments ORDER BY level')
  expect(rows.map(({ level }) => level)).toEqual([0, 1, 2])
})

test('A key of a segment cannot be used again by any kind of write', async () => {
  await client.query('BEGIN')
  await client.query('ALTER TABLE ledger DISABLE TRIGGER USER')
  await client.query('UPDATE ledger SET last_operation = last_operation + 1')
  const again = (key: string) => `INSERT INTO operations (number, actor, key, name, input_hash, subject, at)
    SELECT last_operation, 'bank:test', '${key}', 'transfer', '', '1', last_at FROM ledger`
  await client.query('SAVEPOINT before')
  await expect(client.query(again('key 0 0'))).rejects.toMatchObject({ code: '23505', message: 'a key is used once' })
  await client.query('ROLLBACK TO before')
  await expect(client.query(again('key 4 89'))).rejects.toMatchObject({ code: '23505' })
  await client.query('ROLLBACK TO before')
  await client.query(again('a new one'))
  await client.query('ROLLBACK')
})

test('Keys rebuilt from the operations equal the stored ones', async () => {
  await client.query('TRUNCATE operation_keys, key_segments, key_buckets')
  await client.query('SELECT rebuild_keys(last_operation) FROM ledger')
  await expectRemembered()
  expect(await compactKeys(bank.database)).toBe(true)
  await expectRemembered()
})
