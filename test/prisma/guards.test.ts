import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { openBank, type TestBank } from '../subgraphs/banking/support/bank.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let bank: TestBank
let client: Client
let payer: string
let payee: string

beforeAll(async () => {
  database = await createDatabase('migrated')
  bank = openBank(database.url)
  payer = await bank.open({ balance: 1_000n })
  payee = await bank.open({ balance: 1_000n })
  await bank.transfer({ from: payer, to: payee, amount: 100n })
  client = new Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await bank.close()
  await database.drop()
})

/** The SQLSTATE with which the database refuses. */
const refusal = (statement: string): Promise<string> =>
  client.query(statement).then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  )
const CHECK = '23514'
const RESTRICT = '23001'

describe('what is posted stays as it is', () => {
  test.each(['entries', 'outbox', 'operations', 'batches', 'transfers', 'accounts', 'ledger'])(
    'rows of %s are neither deleted nor truncated',
    async (table) => {
      expect(await refusal(`DELETE FROM ${table}`)).toBe(RESTRICT)
      expect(await refusal(`TRUNCATE ${table} CASCADE`)).toBe(RESTRICT)
    },
  )

  test.each([
    'UPDATE entries SET amount = amount + 1',
    'UPDATE entries SET posted_at = now()',
    'UPDATE outbox SET amount = amount + 1',
    "UPDATE operations SET message = 'never happened'",
    'UPDATE batches SET at = now()',
    'UPDATE transfers SET amount = amount + 1',
    "UPDATE transfers SET reference = 'something else'",
    "UPDATE transfers SET status = 'VOIDED', posted_amount = NULL",
    'UPDATE transfers SET id = id + 1000000',
  ])('%s is refused', async (statement) => {
    expect(await refusal(statement)).toBe(RESTRICT)
  })
})

describe('what does not balance is refused', () => {
  const entry = (account: string, amount: number, balance: number, sequence = 900) =>
    `(${account}, ${sequence}, ${sequence}, ${amount}, ${balance}, now())`
  const insert = (...rows: string[]) => `INSERT INTO entries VALUES ${rows.join(', ')}`

  test('a transfer with one side', async () => {
    expect(await refusal(insert(entry(payer, -10, 890)))).toBe(CHECK)
  })
  test('two sides of different amounts', async () => {
    expect(await refusal(insert(entry(payer, -10, 890), entry(payee, 11, 1_111)))).toBe(CHECK)
  })
  test('entries whose balance is not the one of the account', async () => {
    expect(await refusal(insert(entry(payer, -10, 890), entry(payee, 10, 1_110)))).toBe(CHECK)
  })
  test('entries of an account that does not exist', async () => {
    expect(await refusal(insert(entry(payer, -10, 890), entry('99999999999999', 10, 10)))).toBe(CHECK)
  })
  test('a balance that grows from nothing', async () => {
    expect(await refusal(`UPDATE accounts SET credits_posted = credits_posted + 1 WHERE id = ${payer}`)).toBe(CHECK)
    expect(await refusal(`UPDATE accounts SET debits_pending = debits_pending + 1 WHERE id = ${payer}`)).toBe(CHECK)
  })
  test('an account that opens with money on it', async () => {
    const statement = `INSERT INTO accounts (id, number, kind, currency, name, floor, credits_posted, opened_at)
      VALUES (99999999999999, 'X', 'CURRENT', 'EUR', 'Rich', 0, 5, now())`
    expect(await refusal(statement)).toBe(CHECK)
  })
  test.each(['eur', 'E1R', 'EU'])('an account in %s, which is no code of ISO 4217', async (currency) => {
    const statement = `INSERT INTO accounts (id, number, kind, currency, name, floor, opened_at)
      VALUES (99999999999999, 'X', 'CURRENT', '${currency}', 'Odd', 0, now())`
    expect(await refusal(statement)).toBe(CHECK)
  })
  test.each(["currency = 'USD'", 'customer_id = NULL', "number = 'X'", 'id = id + 1'])(
    'an account that becomes another: %s',
    async (change) => {
      expect(await refusal(`UPDATE accounts SET ${change} WHERE id = ${payer}`)).toBe(RESTRICT)
    },
  )
})

describe('floors and limits of a row', () => {
  const move = (amount: number) => `UPDATE accounts SET
      debits_posted = debits_posted + CASE id WHEN ${payer} THEN ${amount} ELSE 0 END,
      credits_posted = credits_posted + CASE id WHEN ${payee} THEN ${amount} ELSE 0 END
    WHERE id IN (${payer}, ${payee})`

  test('a balance under its floor is refused', async () => {
    expect(await refusal(move(901))).toBe(CHECK)
  })
  test.each([
    'UPDATE accounts SET debits_posted = -1',
    "UPDATE accounts SET status = 'CLOSED', closed_at = now() WHERE credits_posted > 0",
    "INSERT INTO ledger (id, last_account, last_at, last_hash) VALUES (2, 1, now(), '')",
  ])('%s is refused', async (statement) => {
    expect(await refusal(statement)).toBe(CHECK)
  })
})
