import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { createBank, type TestBank } from '../subgraphs/banking/support/bank.ts'
import { connectTo } from '../support/database.ts'

let bank: TestBank
let client: Client
let payer: string
let payee: string

beforeAll(async () => {
  bank = await createBank()
  payer = await bank.open({ balance: 1_000n })
  payee = await bank.open({ balance: 1_000n })
  await bank.transfer({ from: payer, to: payee, amount: 100n })
  client = await connectTo(bank.url)
})
afterAll(async () => {
  await client.end()
  await bank.close()
})

/** The SQLSTATE with which the database refuses. */
const refusal = (statement: string): Promise<string> =>
  client.query(statement).then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  )
const CHECK = '23514'
const RESTRICT = '23001'

describe('posted rows', () => {
  test.each(['entries', 'outbox', 'operations', 'batches', 'transfers', 'accounts', 'ledger'])(
    'Rows of %s can be neither deleted nor truncated',
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
  ])('A change of a posted row is refused: %s', async (statement) => {
    expect(await refusal(statement)).toBe(RESTRICT)
  })
})

describe('unbalanced rows', () => {
  const entry = (account: string, amount: number, balance: number, sequence = 900) =>
    `(${account}, ${sequence}, ${sequence}, ${amount}, ${balance}, now())`
  const insert = (...rows: string[]) => `INSERT INTO entries VALUES ${rows.join(', ')}`

  test('A transfer with one side is refused', async () => {
    expect(await refusal(insert(entry(payer, -10, 890)))).toBe(CHECK)
  })
  test('Two sides of different amounts are refused', async () => {
    expect(await refusal(insert(entry(payer, -10, 890), entry(payee, 11, 1_111)))).toBe(CHECK)
  })
  test('Entries whose balance is not that of the account are refused', async () => {
    expect(await refusal(insert(entry(payer, -10, 890), entry(payee, 10, 1_110)))).toBe(CHECK)
  })
  test('Entries of an unknown account are refused', async () => {
    expect(await refusal(insert(entry(payer, -10, 890), entry('99999999999999', 10, 10)))).toBe(CHECK)
  })
  test('A balance that grows from nothing is refused', async () => {
    expect(await refusal(`UPDATE accounts SET credits_posted = credits_posted + 1 WHERE id = ${payer}`)).toBe(CHECK)
    expect(await refusal(`UPDATE accounts SET debits_pending = debits_pending + 1 WHERE id = ${payer}`)).toBe(CHECK)
  })
  test('An account that opens with money is refused', async () => {
    const statement = `INSERT INTO accounts (id, number, kind, currency, name, floor, credits_posted, opened_at)
      VALUES (99999999999999, 'X', 'CURRENT', 'EUR', 'Rich', 0, 5, now())`
    expect(await refusal(statement)).toBe(CHECK)
  })
  test.each(['eur', 'E1R', 'EU'])('An account in %s, which is no code of ISO 4217, is refused', async (currency) => {
    const statement = `INSERT INTO accounts (id, number, kind, currency, name, floor, opened_at)
      VALUES (99999999999999, 'X', 'CURRENT', '${currency}', 'Odd', 0, now())`
    expect(await refusal(statement)).toBe(CHECK)
  })
  test.each(["currency = 'USD'", 'customer_id = NULL', "number = 'X'", 'id = id + 1'])(
    'Changing the identity of an account is refused: %s',
    async (change) => {
      expect(await refusal(`UPDATE accounts SET ${change} WHERE id = ${payer}`)).toBe(RESTRICT)
    },
  )
})

describe('floors and limits', () => {
  const move = (amount: number) => `UPDATE accounts SET
      debits_posted = debits_posted + CASE id WHEN ${payer} THEN ${amount} ELSE 0 END,
      credits_posted = credits_posted + CASE id WHEN ${payee} THEN ${amount} ELSE 0 END
    WHERE id IN (${payer}, ${payee})`

  test('A balance under its floor is refused', async () => {
    expect(await refusal(move(901))).toBe(CHECK)
  })
  test.each([
    'UPDATE accounts SET debits_posted = -1',
    "UPDATE accounts SET status = 'CLOSED', closed_at = now() WHERE credits_posted > 0",
    "INSERT INTO ledger (id, last_account, last_at, last_hash) VALUES (2, 1, now(), '')",
  ])('A row outside its limits is refused: %s', async (statement) => {
    expect(await refusal(statement)).toBe(CHECK)
  })
})
