/** Whether a database has the demo, without Prisma and the ledger: most starts ask nothing else. */
import { openClient } from '../../subgraphs/banking/database/connect.ts'
import { bankActor } from '../../subgraphs/banking/ledger/request.ts'
import { BANK_CURRENCIES } from '../../subgraphs/banking/money/currencies.ts'
import { customers } from './people.ts'
import { branches, merchants } from './places.ts'
import { exchangeRates } from './rates.ts'

export const seeder = bankActor('seed')
/** The seed's first key: all of its history is written with it. */
export const firstKey = { actor: seeder.id, key: `open:${BANK_CURRENCIES[0]}` }

const THERE = `
  SELECT EXISTS (SELECT FROM used_keys(ARRAY[key_digest($1, $2)]))
    AND ARRAY(SELECT id FROM customers WHERE id = ANY ($3)) @> $3::text[]
    AND ARRAY(SELECT id FROM branches WHERE id = ANY ($4)) @> $4::text[]
    AND ARRAY(SELECT id FROM merchants WHERE id = ANY ($5)) @> $5::text[]
    AND ARRAY(SELECT currency::text FROM exchange_rates WHERE currency = ANY ($6)) @> $6::text[] AS there`

/** False also if only parts of it are missing. @param url a migrated database */
export async function isThere(url: string): Promise<boolean> {
  const ids = [customers, branches, merchants].map((rows) => rows.map(({ id }) => id))
  const currencies = exchangeRates.map(({ currency }) => currency)
  const client = await openClient(url)
  try {
    const { rows } = await client.query(THERE, [firstKey.actor, firstKey.key, ...ids, currencies])
    return rows[0]?.there === true
  } finally {
    await client.end()
  }
}
