/** An account with a million entries, written directly to the tables, to test reads. */
import { Client } from 'pg'

export const ENTRIES = 1_000_000

export interface Million {
  readonly account: string
  readonly customer: string
}

/**
 * Every tenth entry is a card payment with merchant and text; amounts run from 1 to 5,000, every
 * third a credit. @param entries a multiple of 1,000
 */
export async function writeMillion(url: string, entries = ENTRIES): Promise<Million> {
  const [customer, account] = ['million', '99010199999999']
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    // Indexes are built at once afterwards: row by row takes several times as long.
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(`
      SELECT indexname AS name, replace(indexdef, ' ON ONLY ', ' ON ') AS definition FROM pg_indexes
      WHERE schemaname = 'public' AND tablename = 'entries' AND indexname <> 'entries_pkey'`)
    await client.query(`
      ${indexes.map(({ name }) => `DROP INDEX public.${name};`).join('')}
      ${['accounts', 'entries', 'outbox', 'transfers', 'batches'].map((table) => `ALTER TABLE ${table} DISABLE TRIGGER USER;`).join('')}
      INSERT INTO customers (id, name, email) VALUES ('${customer}', 'A Million', 'million@example.com');
      INSERT INTO accounts (id, number, customer_id, kind, currency, name, floor, opened_at)
        SELECT ${account} - n, 'M' || n, '${customer}', 'CURRENT', 'EUR', 'Million', 0, now() FROM generate_series(0, 500) n;
      INSERT INTO merchants SELECT 'merchant-' || n, 'Merchant number ' || n, 'category-' || (n % 20), '2267057' FROM generate_series(0, 199) n;
      INSERT INTO batches SELECT n, n * 1000, n, n, timestamptz '2020-01-01' + n * interval '1 hour', '' FROM generate_series(1, ${entries / 1_000}) n;
      INSERT INTO entries (account_id, sequence, transfer_id, amount, balance_after, posted_at, merchant_id, category, search)
        SELECT ${account}, n, n, CASE n % 3 WHEN 0 THEN 1 ELSE -1 END * (1 + n::bigint * 7919 % 5000), n, timestamptz '2020-01-01' + n * interval '4 seconds',
          CASE n % 10 WHEN 0 THEN 'merchant-' || (n / 10 % 200) END,
          CASE n % 10 WHEN 0 THEN 'category-' || (n / 10 % 20) END,
          CASE n % 10 WHEN 0 THEN 'merchant number ' || (n / 10 % 200) || ' invoice ' || n END
        FROM generate_series(1, ${entries}) n;
      ${indexes.map(({ definition }) => `${definition};`).join('\n')}
      INSERT INTO outbox (sequence, kind, transfer_id, debit_account_id, credit_account_id, amount, at)
        SELECT n, CASE n % 50 WHEN 0 THEN 'HOLD_PLACED' ELSE 'TRANSFER_POSTED' END::event_kind, n, ${account}, ${account} - 1, 1, now()
        FROM generate_series(1, 200000) n;
      INSERT INTO transfers (id, kind, status, debit_account_id, credit_account_id, amount, currency, expires_at, created_at, group_id)
        SELECT n, 'HOLD', 'PENDING', ${account}, ${account} - 1, 1, 'EUR', now() + n * interval '1 second', now(), CASE n % 100 WHEN 0 THEN n END
        FROM generate_series(1, 50000) n;
      INSERT INTO schedules (id, customer_id, from_account_id, to_account_id, amount, currency, frequency, first_on, next_on, created_at)
        SELECT gen_random_uuid(), '${customer}', ${account}, ${account} - 1, 1, 'EUR', 'DAILY', '2020-01-01',
          CASE n % 100 WHEN 0 THEN current_date - 1 ELSE current_date + 30 END, now() FROM generate_series(1, 20000) n;
      INSERT INTO end_to_end_ids (transfer_id, value) SELECT n, 'E' || n FROM generate_series(1, ${entries}, 10) n;
      ANALYZE;
    `)
  } finally {
    await client.end()
  }
  return { account, customer }
}
