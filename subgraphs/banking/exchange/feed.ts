/**
 * The demo has no supplier of rates, so the bank renews its own before they expire. A real bank has
 * officers or a feed for that, and runs without this worker.
 */
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { LEDGER_NOW } from '../ledger/now.ts'
import { bankActor, ledgerRequest } from '../ledger/request.ts'
import { RATED_CURRENCIES } from './rate.ts'

const actor = bankActor('rates')

interface OldRate {
  readonly currency: string
  readonly perEuro: string
  readonly updatedAt: Date
  readonly now: Date
}

/**
 * Renews each rate that has reached half of its maximum age.
 * @param maxAge seconds for which a rate is valid
 */
export async function renewRates(database: PrismaClient, ledger: Ledger, maxAge: number): Promise<boolean> {
  const old = await database.$queryRaw<OldRate[]>`
    SELECT currency, trim_scale(per_euro)::text AS "perEuro", updated_at AS "updatedAt", now
    FROM exchange_rates, (SELECT ${LEDGER_NOW} AS now) AS clock
    WHERE currency = ANY(${[...RATED_CURRENCIES]}) AND updated_at <= now - make_interval(secs => ${maxAge / 2})`
  await Promise.all(
    old.map(({ currency, perEuro, updatedAt, now }) =>
      ledger.submit(
        ledgerRequest({
          actor,
          key: `renew ${currency} ${updatedAt.toISOString()}`,
          requestId: null,
          command: { name: 'setExchangeRate', currency, perEuro },
          foundDueAt: now.toISOString(),
        }),
      ),
    ),
  )
  return false
}
