/**
 * Writes a long history past the guards: rows as the ledger writes them, in bulk. Balances and
 * counters agree; the links of the audit chain are random and the rest of the first partition is
 * left out, so the history cannot be verified.
 */
import { Client } from 'pg'

interface History {
  /** Accounts with consecutive ids, in order, each with more than 5,000 minor units. */
  readonly accounts: readonly string[]
  /** Transfers to write, at least: whole partitions and half of the one in use. */
  readonly transfers: number
}

/** Transfers of one batch. */
const BATCH = 100
/** Transfers of one statement in the partition in use. */
const PIECE = 100_000

/**
 * In each round every account pays the same amount once and is paid it once, so each ends the round
 * where it began, and all balances are known in advance. Resolves to the number of transfers.
 */
export async function writeHistory(url: string, { accounts, transfers }: History): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      `SET synchronous_commit = off; SET client_min_messages = warning; SET maintenance_work_mem = '256MB'`,
    )
    const { rows } = await client.query<{ size: string; last: string }>(
      'SELECT partition_size() AS size, greatest(last_sequence, last_operation) AS last FROM ledger',
    )
    const size = Number(rows[0]?.size)
    if (Number(rows[0]?.last) >= size || PIECE % accounts.length > 0)
      throw new Error('The history begins behind the first partition, in whole rounds of the accounts.')
    for (const table of GUARDED) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
    const whole = Math.ceil(Math.max(0, transfers - size / 2) / size)
    await dropEmptyPartitions(client, size)
    for (let part = 1; part <= whole; part += 1) await writePartition(client, accounts, part * size, size)
    await client.query('TRUNCATE operation_keys, key_segments, key_buckets')
    await client.query('SELECT rebuild_keys(last_operation) FROM ledger')
    const first = (whole + 1) * size
    const live = Math.min(transfers, size / 2)
    for (let done = 0; done < live; done += PIECE) {
      await client.query(
        `SELECT cover_numbers(parent, ${first}, ${first + size}) FROM (SELECT DISTINCT parent FROM ledger_partitions) p`,
      )
      const range = { first: first + done, last: first + done + PIECE - 1 }
      await client.query(
        `BEGIN; ${Object.keys(TABLES)
          .map((table) => insertInto(table, table, accounts, range))
          .join(';')};
        INSERT INTO operation_keys SELECT key_digest(actor, key), number FROM operations WHERE number BETWEEN ${range.first} AND ${range.last};
        ${headAfter(accounts, range)}; COMMIT`,
      )
      await keepUp(client)
    }
    for (const table of GUARDED) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`)
    await client.query('VACUUM (ANALYZE)')
    return whole * size + live
  } finally {
    await client.end()
  }
}

/** Runs the service's upkeep. */
async function keepUp(client: Client): Promise<void> {
  await client.query('SELECT create_partitions(2)')
  for (let more = true; more; ) {
    const { rows } = await client.query<{ more: boolean }>('SELECT compact_keys() AS more')
    more = rows[0]?.more === true
  }
}

async function dropEmptyPartitions(client: Client, from: number): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `DELETE FROM ledger_partitions WHERE lower >= ${from} RETURNING parent || '_' || lower AS name`,
  )
  for (const { name } of rows) await client.query(`DROP TABLE partitions.${name}`)
}

/** Writes rows first; attaching the partition builds the indexes. */
async function writePartition(client: Client, accounts: readonly string[], lower: number, size: number): Promise<void> {
  const range = { first: lower, last: lower + size - 1 }
  for (const table of Object.keys(TABLES)) {
    const part = `partitions.${table}_${lower}`
    await client.query(`CREATE TABLE ${part} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`)
    await client.query(insertInto(part, table, accounts, range))
    await client.query(`ALTER TABLE ${table} ATTACH PARTITION ${part} FOR VALUES FROM (${lower}) TO (${lower + size})`)
    await client.query(
      `INSERT INTO ledger_partitions (parent, lower, upper) VALUES ('${table}', ${lower}, ${lower + size})`,
    )
  }
  await client.query(`BEGIN; ${headAfter(accounts, range)}; COMMIT`)
}

const GUARDED = ['accounts', 'batches', 'entries', 'ledger', 'operations', 'outbox', 'transfers']

/** Numbers of events, which are those of the operations too. */
interface Range {
  readonly first: number
  readonly last: number
}

type Rows = (accounts: readonly string[], range: Range) => string

/** The amount of a round. */
const amountOf = (round: string): string => `(1 + ${round}::bigint * 7919 % 5000)`

/** The distance between payer and payee is the same for all, so that nobody pays themselves. */
const shiftOf = (accounts: readonly string[]): number => Math.floor(accounts.length / 3) + 1

const made: Rows = (accounts, { first, last }) => {
  const { length } = accounts
  return `FROM ledger l, generate_series(${first}::bigint, ${last}) AS n, LATERAL (
    SELECT n % ${length} AS payer, (n + ${shiftOf(accounts)}) % ${length} AS payee, ${amountOf(`(n / ${length})`)} AS amount,
      ${accounts[0]} + n % ${length} AS debit, ${accounts[0]} + (n + ${shiftOf(accounts)}) % ${length} AS credit) AS t`
}

/** Columns and rows of each long table. */
const TABLES: Readonly<Record<string, { readonly columns: string; readonly rows: Rows }>> = {
  transfers: {
    columns:
      'id, kind, status, debit_account_id, credit_account_id, amount, posted_amount, currency, created_at, resolved_at',
    rows: (...history) =>
      `SELECT n, 'TRANSFER'::transfer_kind, 'POSTED'::transfer_status, debit, credit, amount, amount, 'EUR', l.last_at, l.last_at
        ${made(...history)}`,
  },
  outbox: {
    columns: 'sequence, kind, transfer_id, debit_account_id, credit_account_id, amount, at',
    rows: (...history) =>
      `SELECT n, 'TRANSFER_POSTED'::event_kind, n, debit, credit, amount, l.last_at ${made(...history)}`,
  },
  entries: {
    columns: 'account_id, sequence, transfer_id, amount, balance_after, posted_at',
    rows: (accounts, range) => {
      const shift = shiftOf(accounts)
      return `SELECT a.id, n, n, side.amount, a.credits_posted - a.debits_posted + side.more, l.last_at ${made(accounts, range)}
        CROSS JOIN LATERAL (VALUES
          (debit, -t.amount, -CASE WHEN payer < ${shift} THEN t.amount ELSE 0 END),
          (credit, t.amount, CASE WHEN payee < ${shift} THEN 0 ELSE t.amount END)) AS side (account, amount, more)
        JOIN accounts a ON a.id = side.account`
    },
  },
  operations: {
    columns: 'number, actor, key, name, input_hash, subject, request_id, at',
    rows: (...history) =>
      `SELECT n, 'customer-' || payer, gen_random_uuid(), 'transfer', sha256(int8send(n)), n::text, gen_random_uuid(), l.last_at
        ${made(...history)}`,
  },
}

function insertInto(place: string, table: string, accounts: readonly string[], range: Range): string {
  const { columns = '', rows } = TABLES[table] ?? {}
  return `INSERT INTO ${place} (${columns}) ${rows?.(accounts, range)}`
}

/** The head and the counters after a range. */
function headAfter(accounts: readonly string[], { first, last }: Range): string {
  const { length } = accounts
  const paid = `(SELECT sum(${amountOf('r')}) FROM generate_series(${first / length}, ${(last + 1) / length - 1}) AS r)`
  return `
    INSERT INTO batches (number, first_sequence, first_operation, last_operation, at, hash, version)
      SELECT l.last_batch + 1 + b, ${first} + b * ${BATCH}, ${first} + b * ${BATCH}, ${first} - 1 + (b + 1) * ${BATCH}, l.last_at,
        sha256(int8send(l.last_batch + b)), 2
      FROM ledger l, generate_series(0, ${(last - first + 1) / BATCH - 1}) AS b;
    UPDATE accounts SET debits_posted = debits_posted + ${paid}, credits_posted = credits_posted + ${paid}
      WHERE id BETWEEN ${accounts[0]} AND ${accounts.at(-1)};
    UPDATE ledger SET previous_sequence = ${first - 1}, last_sequence = ${last}, last_operation = ${last},
      last_batch = last_batch + ${(last - first + 1) / BATCH}, last_at = last_at + interval '1 millisecond', last_hash = sha256(last_hash)`
}
