/**
 * Starts the banking service: the stateful one, on Prisma and PostgreSQL. Any number of instances
 * may share one database.
 */
import { createLineBudget } from '../../platform/process/line-budget.ts'
import { createVerifier } from '../../platform/protocol/caller.ts'
import { identityFaults, providerOf } from '../../platform/protocol/identity-settings.ts'
import { rememberVerified } from '../../platform/protocol/verified.ts'
import { serve } from '../shared/serve.ts'
import type { ServiceDefinition } from '../shared/service.ts'
import { bankingSettings } from './config.ts'
import { confirmPrimary } from './database/connect.ts'
import { outageError } from './database/failure.ts'
import { openDatabase, openLedgerDatabase } from './database/open.ts'
import { startTail } from './events/tail.ts'
import { renewRates } from './exchange/feed.ts'
import { removeExpiredQuotes } from './exchange/store.ts'
import { createTreasury } from './exchange/treasury.ts'
import { expireHolds } from './holds/expiry.ts'
import { createLedgerClock } from './ledger/clock.ts'
import { createLedger } from './ledger/ledger.ts'
import { startUpkeep } from './ledger/upkeep.ts'
import { watchClock } from './ledger/watch-clock.ts'
import { ledgerParts } from './ledger-parts.ts'
import { createBankingMetrics } from './metrics.ts'
import { type BankingContext, createContext } from './request/context.ts'
import { createResolvers } from './resolvers.ts'
import { runDueSchedules } from './schedules/due.ts'
import { downloadLinks } from './statements/link.ts'
import { statementRoute } from './statements/route.ts'
import { startWebhooks } from './webhooks/service.ts'
import { startWorker } from './workers/worker.ts'

const READ_CONNECTIONS = 10
/**
 * One batch is written while the next is read; the third connection is there when one of them is
 * found dead.
 */
const LEDGER_CONNECTIONS = 3
const WORK_PAUSE = 500 // milliseconds
/** A server that was cut off from its cluster, or hangs, is left so soon. */
const PRIMARY_PAUSE = 2_000 // milliseconds
const UPKEEP_PAUSE = 60_000 // milliseconds
const CLOCK_PAUSE = 1_000 // milliseconds
const CLOCK_LOG_PAUSE = 30_000 // milliseconds

export const banking: ServiceDefinition<typeof bankingSettings, BankingContext> = {
  name: 'banking',
  kind: 'stateful',
  schema: new URL('schema.graphql', import.meta.url),
  settings: bankingSettings,
  faults: (env) => identityFaults(env, { demo: true }),
  async create(settings, log, registry) {
    const url = settings.DATABASE_URL
    const database = openDatabase({ url, connections: READ_CONNECTIONS })
    const ledgerDatabase = openLedgerDatabase({ url, connections: LEDGER_CONNECTIONS })
    const metrics = createBankingMetrics(registry, database)
    const takeClockLine = createLineBudget(1, CLOCK_LOG_PAUSE)
    const clock = createLedgerClock({
      confirmed: settings.LEDGER_CLOCK_CONFIRMED,
      onRefused(refusal) {
        metrics.clockRefused(refusal)
        const leftOut = takeClockLine()
        if (leftOut !== undefined)
          log.error({ ...refusal, leftOut }, 'the clock is not trusted, and nothing is written')
      },
    })
    const ledger = createLedger({ parts: ledgerParts, database: ledgerDatabase, clock, log })
    const provider = providerOf(settings)
    const verified = rememberVerified(await createVerifier(provider ?? { dataDir: settings.DATA_DIR }))
    const downloads = downloadLinks(settings.GATEWAY_SECRET)
    const webhooks = startWebhooks({
      database,
      log,
      secret: settings.GATEWAY_SECRET,
      allowPrivate: settings.WEBHOOKS_ALLOW_PRIVATE,
    })
    const treasury = createTreasury(ledger)
    const rateMaxAge = settings.EXCHANGE_RATE_MAX_AGE
    const tail = startTail({ url, database, log })
    const workers = [
      startWorker({
        name: 'clock',
        log,
        pause: CLOCK_PAUSE,
        round: () => watchClock(database, clock, metrics.clockRead).then(() => false),
      }),
      startWorker({
        name: 'primary',
        log,
        pause: PRIMARY_PAUSE,
        async round() {
          const moved = await confirmPrimary(url)
          if (moved) log.warn({ primary: moved.name }, 'another server is the primary; the old one was left')
          return false
        },
      }),
      startWorker({ name: 'schedules', log, pause: WORK_PAUSE, round: () => runDueSchedules(database, ledger, log) }),
      startWorker({ name: 'expiry', log, pause: WORK_PAUSE, round: () => expireHolds(database, ledger) }),
      ...startUpkeep(database, log),
      startWorker({ name: 'quotes', log, pause: UPKEEP_PAUSE, round: () => removeExpiredQuotes(database) }),
      ...(provider
        ? []
        : [
            startWorker({
              name: 'rates',
              log,
              pause: UPKEEP_PAUSE,
              round: () => renewRates(database, ledger, rateMaxAge),
            }),
          ]),
    ]
    return {
      resolvers: createResolvers({ tail, treasury, rateMaxAge, downloads, webhooks }),
      context: async ({ authorization, requestId }) =>
        createContext({
          caller: verified.known(authorization) ?? (await verified.verify(authorization)),
          requestId: requestId ?? null,
          database,
          ledger,
        }),
      explain: outageError,
      get: statementRoute({ database, links: downloads, log }),
      async ready() {
        await database.$queryRaw`SELECT 1`
      },
      async close() {
        await Promise.all([...workers, tail].map((worker) => worker.stop()))
        await webhooks.stop()
        await ledger.idle()
        await Promise.all([database.$disconnect(), ledgerDatabase.close()])
      },
    }
  },
}

if (import.meta.main) await serve(banking)
