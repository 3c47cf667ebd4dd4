/**
 * Manipulations of the ledger's tables, and what detects them. The service's role owns the tables,
 * so it can also disable their triggers. Each case is rolled back.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import {
  type Anchor,
  makeAnchorKey,
  openAnchor,
  readAnchor,
  signAnchor,
} from '../../../../subgraphs/banking/audit/anchor.ts'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { connectTo, createDatabase } from '../../../support/database.ts'
import { createBank, openBank, subjectOf, type TestBank } from '../support/bank.ts'
import { type Forgery, forgedBatch } from './forged-batch.ts'

const TABLES = [
  'accounts',
  'ledger',
  'batches',
  'operations',
  'transfers',
  'entries',
  'outbox',
  'ledger_restores',
  'operation_keys',
]

let bank: TestBank
let client: Client
/** Ids by the names that statements and findings use. */
const ids: Record<string, string> = {}

/** A few of each: transfers in two currencies, and open, captured and voided holds. */
async function writeHistory(to: TestBank): Promise<Record<string, string>> {
  const payer = await to.open({ owner: 'payer', balance: 1_000n })
  const payee = await to.open({ owner: 'payee', balance: 1_000n })
  const dollars = await to.open({ currency: 'USD', balance: 1_000n })
  const transfer = subjectOf(await to.transfer({ from: payer, to: payee, amount: 10n, reference: 'Rent for June' }))
  const hold = async (): Promise<string> =>
    subjectOf(
      await to.ask({
        name: 'holdFunds',
        from: payer,
        to: payee,
        amount: 7n,
        currency: 'EUR',
        reference: null,
        expiresInSeconds: 600,
      }),
    )
  const [open, captured, voided] = [await hold(), await hold(), await hold()]
  subjectOf(await to.ask({ name: 'captureHold', transferId: captured, amount: 5n }))
  subjectOf(await to.ask({ name: 'voidHold', transferId: voided }))
  for (let batch = 0; batch < 4; batch += 1)
    await Promise.all(Array.from({ length: 5 }, () => to.transfer({ from: payer, to: payee, amount: 4n })))
  const last = subjectOf(await to.transfer({ from: payer, to: payee, amount: 4n }))
  return { payer, payee, dollars, transfer, open, captured, voided, last }
}

beforeAll(async () => {
  bank = await createBank()
  Object.assign(ids, await writeHistory(bank))
  client = await connectTo(bank.url)
  for (const table of TABLES) await client.query(`CREATE TABLE kept_${table} AS TABLE ${table}`)
})
afterAll(async () => {
  await client.end()
  await bank.close()
})

/** `:payer` in a text stands for the payer's id. */
const filled = (text: string): string => text.replaceAll(/:([a-z]+)\b/g, (whole, name: string) => ids[name] ?? whole)

const setTriggers = async (state: 'ENABLE' | 'DISABLE'): Promise<void> => {
  for (const table of TABLES) await client.query(`ALTER TABLE ${table} ${state} TRIGGER USER`)
}

async function undo(): Promise<void> {
  await client.query('ROLLBACK')
  await setTriggers('DISABLE')
  for (const table of TABLES) await client.query(`DELETE FROM ${table}; INSERT INTO ${table} TABLE kept_${table}`)
  await setTriggers('ENABLE')
}

const forgery = (fields: Omit<Forgery, 'from' | 'to'> & { readonly to?: string } = {}): string =>
  forgedBatch({ from: ':payer', to: ':payee', ...fields })

type Case = readonly [what: string, statements: string, found: string]

/** With the guards on: the database refuses with these messages. */
const refused: readonly Case[] = [
  [
    'balances changed without entries',
    'UPDATE accounts SET credits_posted = credits_posted + CASE id WHEN :payee THEN 5 ELSE 0 END, debits_posted = debits_posted + CASE id WHEN :payer THEN 5 ELSE 0 END WHERE id IN (:payer, :payee)',
    'otherwise than by its events',
  ],
  [
    'one balance changed',
    'UPDATE accounts SET credits_posted = credits_posted + 5 WHERE id = :payee',
    'otherwise than by its events',
  ],
  [
    'both counters of an account raised, its balance as before',
    'UPDATE accounts SET credits_posted = credits_posted + 5, debits_posted = debits_posted + 5 WHERE id = :payee',
    'otherwise than by its events',
  ],
  [
    'something held on both sides, without a hold',
    'UPDATE accounts SET debits_pending = debits_pending + CASE id WHEN :payer THEN 5 ELSE 0 END, credits_pending = credits_pending + CASE id WHEN :payee THEN 5 ELSE 0 END',
    'otherwise than by its events',
  ],
  [
    'the counters of the last transfer moved once more',
    'UPDATE accounts SET credits_posted = credits_posted + CASE id WHEN :payee THEN 4 ELSE 0 END, debits_posted = debits_posted + CASE id WHEN :payer THEN 4 ELSE 0 END WHERE id IN (:payer, :payee)',
    'otherwise than by its events',
  ],
  [
    'entries without a transfer',
    'INSERT INTO entries (account_id, sequence, transfer_id, amount, balance_after, posted_at) SELECT id, 900, 900, CASE id WHEN :payer THEN -5 ELSE 5 END, credits_posted - debits_posted, now() FROM accounts WHERE id IN (:payer, :payee)',
    'not those of its event',
  ],
  [
    'entries of a transfer that has its own, in two other accounts',
    'INSERT INTO entries (account_id, sequence, transfer_id, amount, balance_after, posted_at) SELECT id, :last, :last, CASE id WHEN :dollars THEN -4 ELSE 4 END, credits_posted - debits_posted, (SELECT last_at FROM ledger) FROM accounts WHERE id NOT IN (:payer, :payee) LIMIT 2',
    'not those of its event',
  ],
  [
    'a posted transfer alone',
    "INSERT INTO transfers (id, kind, status, debit_account_id, credit_account_id, amount, posted_amount, currency, created_at, resolved_at) VALUES (900, 'TRANSFER', 'POSTED', :payer, :payee, 5, 5, 'EUR', now(), now())",
    'no event tells of a transfer',
  ],
  [
    'a hold voided without an event',
    "UPDATE transfers SET status = 'VOIDED', resolved_at = now() WHERE id = :open",
    'no event tells how hold',
  ],
  [
    'a hold captured without an event',
    "UPDATE transfers SET status = 'POSTED', posted_amount = 7, resolved_at = now() WHERE id = :open",
    'no event tells how hold',
  ],
  [
    'a hold that ends a second time',
    "INSERT INTO outbox SELECT last_sequence + 1, 'HOLD_VOIDED', :voided, :payer, :payee, 7, last_at FROM ledger",
    'outbox_endings_key',
  ],
  [
    'an event alone',
    "INSERT INTO outbox SELECT last_sequence + 1, 'TRANSFER_POSTED', last_sequence + 1, :payer, :payee, 5, last_at FROM ledger",
    'does not agree',
  ],
  [
    'an event far ahead',
    "INSERT INTO outbox SELECT last_sequence + 1000, 'TRANSFER_POSTED', :last, :payer, :payee, 4, last_at FROM ledger",
    'does not agree',
  ],
  [
    'an operation alone',
    "INSERT INTO operations (number, actor, key, name, input_hash, subject, at) SELECT last_operation + 1, 'payer', 'new', 'transfer', '', '1', last_at FROM ledger",
    'with the head only',
  ],
  [
    'a batch alone',
    "INSERT INTO batches SELECT last_batch + 1, last_sequence + 1, last_operation + 1, last_operation + 1, last_at, '' FROM ledger",
    'with the head only',
  ],
  ['a head that jumps over events', 'UPDATE ledger SET last_sequence = last_sequence + 10', 'with a batch only'],
  ['a head that jumps over accounts', 'UPDATE ledger SET last_account = last_account + 10', 'with a batch only'],
  [
    'a head that jumps over batches',
    'UPDATE ledger SET last_batch = last_batch + 1, last_operation = last_operation + 1',
    'not where its batches end',
  ],
  [
    'a head with another hash',
    "UPDATE ledger SET last_hash = decode(repeat('00', 32), 'hex')",
    'not where its batches end',
  ],
  [
    'a head that goes back to its start',
    "UPDATE ledger SET last_sequence = 0, last_operation = 0, last_batch = 0, last_hash = decode(repeat('00', 32), 'hex')",
    'not where its batches end',
  ],
  ['a forged batch in currency XXX', forgery({ currency: 'XXX' }), 'does not agree'],
  ['a forged batch to an account of another currency', forgery({ to: ':dollars' }), 'does not agree'],
  [
    'a forged batch whose event tells of another amount',
    forgery({ eventAmount: 2 }),
    'otherwise than by its events|does not agree|not those of its event',
  ],
  [
    'a forged batch whose entries do not follow the last ones',
    forgery({ balanceOff: 100 }),
    'do not follow from each other',
  ],
  ['a forged batch that leaves a gap of events', forgery({ jump: 5 }), 'not where its batches end|without gaps'],
  ['a forged batch without its transfer', forgery({ without: ['transfer'] }), 'does not agree'],
  [
    'a forged batch without its event',
    forgery({ without: ['event'] }),
    'no event tells|not those of its event|without gaps|otherwise than',
  ],
  ['a forged batch without its entries', forgery({ without: ['entries'] }), 'does not agree'],
  ['a forged batch without its counters', forgery({ without: ['counters'] }), 'does not agree|do not follow'],
  ['a forged batch without its operation', forgery({ without: ['operation'] }), 'without gaps'],
  ['a forged batch without its link of the chain', forgery({ without: ['batch'] }), 'not where its batches end'],
  [
    'a forged batch without the head',
    forgery({ without: ['head'] }),
    'otherwise than|does not agree|with the head only',
  ],
  ['a record of a restore taken away', 'DELETE FROM ledger_restores', 'never changed or removed'],
  [
    'a record of a restore that never was',
    'INSERT INTO ledger_restores VALUES (:transfer, :transfer + 1, 99010110000000, 99010110000000, now())',
    'with its leap only',
  ],
  ['triggers switched off for the session', 'SET LOCAL session_replication_role = replica', 'permission denied'],
]

/** The guards let these pass; the verification finds them. */
const foundWithTriggers: readonly Case[] = [
  [
    'a forged batch that is whole, but has no hash of the chain',
    forgery(),
    'batch \\d+ \\(operations \\d+ to \\d+, events \\d+ to \\d+\\) is not as it was written',
  ],
  [
    'an account that no operation opened',
    "INSERT INTO accounts (id, number, kind, currency, name, opened_at) VALUES (99999999999999, 'X', 'INTERNAL', 'EUR', 'Mine', now())",
    'last account of the head|account 99999999999999 was opened by no operation',
  ],
]

/** With the guards off: the verification finds these. */
const foundWithoutTriggers: readonly Case[] = [
  [
    'a rewritten reference',
    "UPDATE transfers SET reference = 'Rent for July' WHERE id = :transfer",
    'the reference of transfer :transfer',
  ],
  [
    'a rewritten reference, also where entries are searched by it',
    "UPDATE transfers SET reference = 'Rent for July' WHERE id = :transfer; UPDATE entries SET search = 'rent for july' WHERE transfer_id = :transfer",
    'batch \\d+ .* is not as it was written',
  ],
  [
    'a reference put where none was',
    "UPDATE transfers SET reference = 'Gift' WHERE id = :last",
    'the reference of transfer :last',
  ],
  [
    'tripled entries',
    'UPDATE entries SET amount = amount * 3 WHERE transfer_id = :transfer',
    'entry :payer-:transfer is not the one of its event',
  ],
  [
    'entries written three times',
    'INSERT INTO entries SELECT account_id, sequence + 1000000 * n, transfer_id, amount, balance_after, posted_at FROM entries, generate_series(1, 2) n WHERE transfer_id = :last',
    'entry :payer-\\d+ belongs to no event|does not follow from the one before it',
  ],
  ['deleted entries', 'DELETE FROM entries WHERE transfer_id = :transfer', 'entry :payer-:transfer is missing'],
  [
    'one deleted entry',
    'DELETE FROM entries WHERE transfer_id = :last AND account_id = :payee',
    'entry :payee-:last is missing',
  ],
  [
    'entries in other accounts',
    'UPDATE entries SET account_id = :dollars WHERE transfer_id = :last AND account_id = :payee',
    'entry :payee-:last is missing',
  ],
  [
    'a changed balance',
    'UPDATE accounts SET credits_posted = credits_posted + 500 WHERE id = :payee',
    'the posted counters of account :payee',
  ],
  [
    'a turnover raised on both sides',
    'UPDATE accounts SET credits_posted = credits_posted + 5, debits_posted = debits_posted + 5 WHERE id = :payee',
    'the posted counters of account :payee',
  ],
  [
    'a changed held amount',
    'UPDATE accounts SET debits_pending = 0 WHERE id = :payer',
    'the pending counters of account :payer',
  ],
  [
    'balances after, all of them raised',
    'UPDATE entries SET balance_after = balance_after + 5 WHERE account_id = :payee; UPDATE accounts SET credits_posted = credits_posted + 5 WHERE id = :payee',
    'batch \\d+ .* is not as it was written',
  ],
  [
    'an amount changed wherever it is written',
    `UPDATE transfers SET amount = 9, posted_amount = 9 WHERE id = :last; UPDATE outbox SET amount = 9 WHERE sequence = :last;
     UPDATE entries SET amount = sign(amount) * 9, balance_after = balance_after + sign(amount) * 5 WHERE transfer_id = :last;
     UPDATE accounts SET debits_posted = debits_posted + 5 WHERE id = :payer; UPDATE accounts SET credits_posted = credits_posted + 5 WHERE id = :payee`,
    'batch \\d+ .* is not as it was written',
  ],
  [
    'another payee wherever it is written',
    `UPDATE transfers SET credit_account_id = :dollars WHERE id = :last; UPDATE outbox SET credit_account_id = :dollars WHERE sequence = :last;
     UPDATE entries SET account_id = :dollars WHERE transfer_id = :last AND account_id = :payee`,
    'transfer :last is not in the currency of its accounts',
  ],
  [
    'a transfer in another currency',
    "UPDATE transfers SET currency = 'XXX' WHERE id = :transfer",
    'transfer :transfer is not in the currency of its accounts',
  ],
  [
    'a transfer of another kind',
    "UPDATE transfers SET kind = 'LOAN' WHERE id = :transfer",
    'batch \\d+ .* is not as it was written',
  ],
  [
    'a transfer between other accounts',
    'UPDATE transfers SET debit_account_id = :dollars WHERE id = :transfer',
    'transfer :transfer is not between the accounts of event',
  ],
  [
    'a transfer that is pending again',
    "UPDATE transfers SET status = 'PENDING', posted_amount = NULL, resolved_at = NULL, expires_at = now() WHERE id = :captured",
    'transfer :captured is not as event \\d+ tells|batch \\d+',
  ],
  [
    'a hold that ends later',
    "UPDATE transfers SET expires_at = expires_at + interval '1 year' WHERE id = :open",
    'batch \\d+ .* is not as it was written',
  ],
  [
    'a hold that was quietly voided',
    "UPDATE transfers SET status = 'VOIDED', resolved_at = now() WHERE id = :open; UPDATE accounts SET debits_pending = 0 WHERE id = :payer; UPDATE accounts SET credits_pending = 0 WHERE id = :payee",
    'no event tells how hold :open ended',
  ],
  [
    'a hold captured for more',
    'UPDATE transfers SET posted_amount = 6 WHERE id = :captured',
    'transfer :captured is not as event \\d+ tells',
  ],
  [
    'a transfer that nobody made',
    'INSERT INTO transfers SELECT 900, kind, status, debit_account_id, credit_account_id, amount, posted_amount, currency, NULL, NULL, NULL, NULL, NULL, created_at, resolved_at FROM transfers WHERE id = :last',
    'transfer 900 is told of by no event',
  ],
  ['a deleted transfer', 'DELETE FROM transfers WHERE id = :transfer', 'transfer :transfer is missing'],
  ['a deleted event', 'DELETE FROM outbox WHERE sequence = :transfer', 'event :transfer is missing'],
  [
    'a deleted last event, and the head with it',
    'DELETE FROM outbox WHERE sequence = :last; UPDATE ledger SET last_sequence = last_sequence - 1',
    'batch \\d+',
  ],
  [
    'an event that tells of something else',
    "UPDATE outbox SET kind = 'HOLD_VOIDED' WHERE transfer_id = :captured AND kind = 'HOLD_CAPTURED'",
    'transfer :captured is not as event \\d+ tells',
  ],
  [
    'an event at another instant',
    "UPDATE outbox SET at = at + interval '1 day' WHERE sequence = :voided",
    'transfer :voided is not as event :voided tells',
  ],
  [
    'an event added at the end',
    "INSERT INTO outbox SELECT last_sequence + 1, 'HOLD_EXPIRED', :open, :payer, :payee, 7, last_at FROM ledger; UPDATE ledger SET last_sequence = last_sequence + 1",
    'transfer :open is not as event \\d+ tells',
  ],
  [
    'another owner of an account',
    'UPDATE accounts SET customer_id = (SELECT customer_id FROM accounts WHERE id = :payee) WHERE id = :payer',
    'batch \\d+ .* is not as it was written',
  ],
  [
    'a deleted account',
    'DELETE FROM accounts WHERE id = :dollars',
    'batch \\d+ .* is not as it was written|currency of its accounts',
  ],
  [
    'an operation by somebody else',
    "UPDATE operations SET actor = 'somebody else' WHERE number = 5",
    'batch \\d+ .* is not as it was written',
  ],
  [
    'a key freed for a second use',
    "UPDATE operations SET key = 'another' WHERE number = 5",
    'batch \\d+ .* is not as it was written',
  ],
  [
    'a key that is forgotten',
    'DELETE FROM operation_keys WHERE number = 5',
    'the key of operation 5 is not remembered',
  ],
  ['a deleted operation', 'DELETE FROM operations WHERE number = 5', 'operation 5 is missing'],
  ['a deleted batch', 'DELETE FROM batches WHERE number = 5', 'batch 5 is missing'],
  [
    'a gap that passes for a restore',
    'DELETE FROM outbox WHERE sequence = :transfer; INSERT INTO ledger_restores VALUES (:transfer - 1, :transfer, 1, 1, now())',
    'event :transfer is missing|batch \\d+ .* is not as it was written',
  ],
  [
    'a head of another hash',
    "UPDATE ledger SET last_hash = decode(repeat('00', 32), 'hex')",
    'the end of the chain is not the one that the head remembers',
  ],
  [
    'a record of a restore that never was',
    'INSERT INTO ledger_restores VALUES (:transfer, :transfer + 1, 99010110000000, 99010110000000, now())',
    'the restore at event :transfer is not in the history',
  ],
]

describe('database guards', () => {
  afterEach(async () => {
    await client.query('ROLLBACK')
  })

  test.each(refused)('The guards refuse %s', async (_what, statements, found) => {
    await client.query('BEGIN')
    const outcome = client.query(filled(statements)).then(() => client.query('SET CONSTRAINTS ALL IMMEDIATE'))
    await expect(outcome).rejects.toThrow(new RegExp(found))
  })
})

describe('verification', () => {
  afterEach(undo)

  test('An untouched ledger passes the verification', async () => {
    expect(await verifyLedger(bank.database)).toMatchObject({ sound: true })
  })

  describe('with guards', () => {
    test.each(foundWithTriggers)('The verification finds %s', async (_what, statements, found) => {
      await client.query(filled(statements))
      expect(await verifyLedger(bank.database)).toEqual({ sound: false, problem: expect.stringMatching(filled(found)) })
    })
  })

  describe('without guards', () => {
    test.each(foundWithoutTriggers)(
      'With the guards switched off, the verification finds %s',
      async (_what, statements, found) => {
        await setTriggers('DISABLE')
        await client.query(filled(statements))
        expect(await verifyLedger(bank.database)).toEqual({
          sound: false,
          problem: expect.stringMatching(filled(found)),
        })
      },
    )
  })
})

describe('anchor', () => {
  let anchor: Anchor
  beforeAll(async () => {
    anchor = await readAnchor(bank.database)
  })
  afterEach(undo)

  test('An untouched ledger matches its anchor, also after more transfers', async () => {
    expect(await verifyLedger(bank.database, { anchor })).toMatchObject({ sound: true })
    expect(await verifyLedger(bank.database, { from: anchor })).toMatchObject({ sound: true })
  })

  test('The anchor reveals a history that ends at an earlier point', async () => {
    const early = await createDatabase('migrated')
    const other = openBank(early.url)
    try {
      await other.open({ balance: 10n })
      expect(await verifyLedger(other.database)).toMatchObject({ sound: true })
      const verdict = await verifyLedger(other.database, { anchor })
      expect(verdict).toEqual({
        sound: false,
        problem: expect.stringMatching(/ends at batch \d+, before batch \d+ of the anchor/),
      })
    } finally {
      await other.close()
      await early.drop()
    }
  })

  test('The anchor reveals a rewritten history with a valid hash chain of its own', async () => {
    const rewritten = await createDatabase('migrated')
    const other = openBank(rewritten.url)
    try {
      await writeHistory(other)
      await writeHistory(other)
      expect(await verifyLedger(other.database)).toMatchObject({ sound: true })
      const problem = expect.stringMatching(/the history up to it was rewritten/)
      expect(await verifyLedger(other.database, { anchor })).toEqual({ sound: false, problem })
      expect(await verifyLedger(other.database, { from: anchor })).toEqual({ sound: false, problem })
    } finally {
      await other.close()
      await rewritten.drop()
    }
  })

  test('A verification from the anchor on finds later changes', async () => {
    const earlier = { ...anchor, batch: '3' }
    const { rows } = await client.query<{ operation: string; hash: string; at: Date }>(
      "SELECT last_operation::text AS operation, encode(hash, 'hex') AS hash, at FROM batches WHERE number = 3",
    )
    const from = { ...earlier, ...rows[0], at: anchor.at }
    expect(await verifyLedger(bank.database, { from })).toMatchObject({ sound: true })
    await setTriggers('DISABLE')
    await client.query(filled("UPDATE transfers SET kind = 'LOAN' WHERE id = :transfer"))
    expect(await verifyLedger(bank.database, { from })).toMatchObject({ sound: false })
  })

  test('The verification refuses a forged anchor', async () => {
    const key = await makeAnchorKey()
    const signed = signAnchor(anchor, key)
    expect(openAnchor(JSON.stringify(signed), key)).toEqual(anchor)
    expect(openAnchor(JSON.stringify({ ...signed, batch: '1' }), key)).toBeUndefined()
    expect(openAnchor(JSON.stringify(signed), await makeAnchorKey())).toBeUndefined()
    expect(openAnchor('{}', key)).toBeUndefined()
    expect(openAnchor('no JSON', key)).toBeUndefined()
  })
})
