/**
 * Writes a long history past the guards: rows as the ledger writes them, in bulk. Balances and
 * counters agree; the links of the audit chain are random, so the history cannot be verified.
 */
import { Client } from 'pg'

interface History {
  /** With consecutive ids, in order, and more than 5,000 minor units on each. */
  readonly accounts: readonly string[]
  /** Transfers to write: rounded down to whole rounds. */
  readonly transfers: number
}

/** Transfers of one batch. */
const BATCH = 100
/** Transfers of one statement. */
const PIECE = 200_000

/**
 * In each round every account pays the same amount once and is paid it once, so each ends the round
 * where it began, and all balances are known in advance. Resolves to the number of transfers.
 */
export async function writeHistory(url: string, { accounts, transfers }: History): Promise<number> {
  const rounds = Math.floor(transfers / accounts.length)
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`SET synchronous_commit = off; SET client_min_messages = warning`)
    for (const table of GUARDED) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
    const step = Math.max(1, Math.floor(PIECE / accounts.length))
    for (let from = 0; from < rounds; from += step) {
      await client.query(pieceOf(accounts, from, Math.min(rounds, from + step)))
      await keepUp(client)
    }
    for (const table of GUARDED) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`)
    await client.query('VACUUM (ANALYZE)')
    return rounds * accounts.length
  } finally {
    await client.end()
  }
}

/** As the service does meanwhile. */
async function keepUp(client: Client): Promise<void> {
  await client.query('SELECT create_partitions(2)')
  for (let more = true; more; ) {
    const { rows } = await client.query<{ more: boolean }>('SELECT compact_keys() AS more')
    more = rows[0]?.more === true
  }
}

const GUARDED = ['accounts', 'batches', 'entries', 'ledger', 'operations', 'outbox', 'transfers']

/** One transaction: rounds `from` up to `to`, with the head. */
function pieceOf(accounts: readonly string[], from: number, to: number): string {
  const count = accounts.length
  const first = BigInt(accounts[0] ?? 0)
  // Who is paid is as far from who pays for everybody, so that no pair is the same account.
  const shift = Math.floor(count / 3) + 1
  const made = `
    FROM ledger l, generate_series(${from * count}, ${to * count - 1}) AS i,
      LATERAL (SELECT l.last_sequence + 1 + i - ${from * count} AS sequence, l.last_operation + 1 + i - ${from * count} AS number,
        i % ${count} AS payer, (i + ${shift}) % ${count} AS payee, 1 + (i / ${count})::bigint * 7919 % 5000 AS amount) AS t`
  const payer = `${first} + t.payer`
  const payee = `${first} + t.payee`
  const size = (to - from) * count
  const paid = `(SELECT sum(1 + r::bigint * 7919 % 5000) FROM generate_series(${from}, ${to - 1}) AS r)`
  return `BEGIN;
    INSERT INTO transfers (id, kind, status, debit_account_id, credit_account_id, amount, posted_amount, currency, created_at, resolved_at)
      SELECT t.sequence, 'TRANSFER', 'POSTED', ${payer}, ${payee}, t.amount, t.amount, 'EUR', l.last_at, l.last_at ${made};
    INSERT INTO outbox (sequence, kind, transfer_id, debit_account_id, credit_account_id, amount, at)
      SELECT t.sequence, 'TRANSFER_POSTED', t.sequence, ${payer}, ${payee}, t.amount, l.last_at ${made};
    INSERT INTO entries (account_id, sequence, transfer_id, amount, balance_after, posted_at)
      SELECT a.id, t.sequence, t.sequence, side.amount, a.credits_posted - a.debits_posted + side.more, l.last_at ${made}
      CROSS JOIN LATERAL (VALUES
        (${payer}, -t.amount, -CASE WHEN t.payer < ${shift} THEN t.amount ELSE 0 END),
        (${payee}, t.amount, CASE WHEN t.payee < ${shift} THEN 0 ELSE t.amount END)) AS side (account, amount, more)
      JOIN accounts a ON a.id = side.account;
    INSERT INTO operations (number, actor, key, name, input_hash, subject, request_id, at)
      SELECT t.number, 'customer-' || t.payer, gen_random_uuid(), 'transfer', sha256(int8send(t.number)), t.sequence::text,
        gen_random_uuid(), l.last_at ${made};
    INSERT INTO operation_keys SELECT key_digest(o.actor, o.key), o.number FROM ledger l JOIN operations o ON o.number > l.last_operation;
    INSERT INTO batches (number, first_sequence, first_operation, last_operation, at, hash, version)
      SELECT l.last_batch + 1 + b, l.last_sequence + 1 + b * ${BATCH}, l.last_operation + 1 + b * ${BATCH},
        l.last_operation + least((b + 1) * ${BATCH}, ${size}), l.last_at, sha256(int8send(l.last_batch + b)), 2
      FROM ledger l, generate_series(0, ${Math.ceil(size / BATCH) - 1}) AS b;
    UPDATE accounts SET debits_posted = debits_posted + ${paid}, credits_posted = credits_posted + ${paid}
      WHERE id BETWEEN ${first} AND ${first + BigInt(count - 1)};
    UPDATE ledger SET previous_sequence = last_sequence, last_sequence = last_sequence + ${size},
      last_operation = last_operation + ${size}, last_batch = last_batch + ${Math.ceil(size / BATCH)},
      last_at = last_at + interval '1 millisecond', last_hash = sha256(last_hash);
    COMMIT`
}
