/**
 * Starts the banking service: the stateful one, on Prisma and PostgreSQL. Any number of instances
 * may share one database.
 */
import { createLineBudget } from '../../platform/process/line-budget.ts'
import type { Logger } from '../../platform/process/log.ts'
import { createVerifier } from '../../platform/protocol/caller.ts'
import { identityFaults, trustedBy } from '../../platform/protocol/identity-settings.ts'
import { rememberVerified } from '../../platform/protocol/verified.ts'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import { serve } from '../shared/serve.ts'
import type { ServiceDefinition } from '../shared/service.ts'
import { startBankWork } from './bank-work.ts'
import { bankingSettings } from './config.ts'
import { newInstance } from './database/backends.ts'
import { outageError } from './database/failure.ts'
import { openDatabase, openLedgerDatabase } from './database/open.ts'
import { startTail } from './events/tail.ts'
import { createTreasury } from './exchange/treasury.ts'
import { createLedgerClock, type LedgerClock } from './ledger/clock.ts'
import { createLedger } from './ledger/ledger.ts'
import { watchClock } from './ledger/watch-clock.ts'
import { ledgerParts } from './ledger-parts.ts'
import { type BankingMetrics, createBankingMetrics } from './metrics.ts'
import { createOneWriter } from './one-writer.ts'
import { startStandbys } from './replicas/start.ts'
import { type BankingContext, createContext } from './request/context.ts'
import { createResolvers } from './resolvers.ts'
import { downloadLinks } from './statements/link.ts'
import { statementRoute } from './statements/route.ts'
import { startWebhooks } from './webhooks/service.ts'

const READ_CONNECTIONS = 10
/** The gateway waits no longer. A statement that goes on would keep its connection from others. */
const STATEMENT_TIMEOUT = 15_000 // milliseconds
const LEDGER_CONNECTIONS = {
  /**
   * One batch is written while the next is read; the third connection replaces one that is found
   * dead.
   */
  connections: 3,
  /** Milliseconds; a third of the time for which the ledger asks again. */
  answerTimeout: 5_000,
}
const DAY = 86_400_000 // milliseconds
const CLOCK_LOG_PAUSE = 30_000 // milliseconds

export const banking: ServiceDefinition<typeof bankingSettings, BankingContext> = {
  name: 'banking',
  kind: 'stateful',
  schema: new URL('schema.graphql', import.meta.url),
  settings: bankingSettings,
  faults: (env) => identityFaults(env, { demo: true }),
  async create(settings, log, registry) {
    const url = settings.DATABASE_URL
    const database = openDatabase({
      url,
      connections: READ_CONNECTIONS,
      statementTimeout: STATEMENT_TIMEOUT,
      alongIndexes: true,
    })
    const instance = newInstance()
    const ledgerDatabase = openLedgerDatabase({ url, instance, ...LEDGER_CONNECTIONS })
    const metrics = createBankingMetrics(registry, database, () => oneWriter.leaseAge())
    const oneWriter = createOneWriter({
      url,
      instance,
      parts: ledgerParts,
      secret: settings.GATEWAY_SECRET,
      address: settings.INSTANCE_URL,
      log,
      onStanding: metrics.stands,
      onSent: metrics.forwarded,
    })
    const clock = await startClock(settings.LEDGER_CLOCK_CONFIRMED, { database, metrics, log })
    const { election, forward, isElsewhere } = oneWriter
    const retention = settings.OUTCOME_RETENTION_DAYS * DAY
    const writing = { clock, log, retention, election, forward }
    const ledger = createLedger({ parts: ledgerParts, database: ledgerDatabase, ...writing })
    const identity = trustedBy(settings, settings.DATA_DIR)
    const verified = rememberVerified(await createVerifier(identity, log))
    const downloads = downloadLinks(settings.GATEWAY_SECRET)
    const webhooks = startWebhooks({
      database,
      log,
      secret: settings.GATEWAY_SECRET,
      allowPrivate: settings.WEBHOOKS_ALLOW_PRIVATE,
      isElsewhere,
    })
    const standbys = startStandbys(settings, { primary: database, registry, log })
    const treasury = createTreasury(ledger)
    const rateMaxAge = settings.EXCHANGE_RATE_MAX_AGE
    const tail = startTail({ url, database, log })
    const workers = startBankWork({
      url,
      database,
      ledger,
      log,
      clock,
      onClockRead: metrics.clockRead,
      rateMaxAge: identity.demo ? rateMaxAge : undefined,
      isElsewhere,
    })
    return {
      resolvers: createResolvers({ tail, treasury, rateMaxAge, downloads, webhooks }),
      context: async ({ arrived, authorization, requestId }) =>
        createContext({
          arrived,
          caller: verified.known(authorization) ?? (await verified.verify(authorization)),
          requestId: requestId ?? null,
          database,
          past: standbys.past,
          ledger,
        }),
      explain: outageError,
      get: statementRoute({ database, past: standbys.past, links: downloads, log }),
      ...oneWriter.serving(ledger),
      store: 'PostgreSQL',
      async ready() {
        await database.$queryRaw`SELECT 1`
      },
      async close() {
        await Promise.all([...workers, tail, standbys].map((worker) => worker.stop()))
        await webhooks.stop()
        await ledger.idle()
        oneWriter.close()
        await Promise.all([database.$disconnect(), ledgerDatabase.close()])
      },
    }
  },
}

interface ClockParts {
  readonly database: PrismaClient
  readonly metrics: Pick<BankingMetrics, 'clockRead' | 'clockRefused'>
  readonly log: Logger
}

/**
 * Resolves once the clock has been read, before this instance can be elected: if it is set wrong
 * afterwards, that is seen as a step. Without an answer the worker reads it again.
 */
async function startClock(confirmed: string | undefined, { database, metrics, log }: ClockParts): Promise<LedgerClock> {
  const takeLine = createLineBudget(1, CLOCK_LOG_PAUSE)
  const clock = createLedgerClock({
    confirmed,
    onRefused(refusal) {
      metrics.clockRefused(refusal)
      const leftOut = takeLine()
      if (leftOut !== undefined) log.error({ ...refusal, leftOut }, 'the clock is not trusted, and nothing is written')
    },
  })
  await watchClock(database, clock, metrics.clockRead).catch(() => undefined)
  return clock
}

if (import.meta.main) await serve(banking)
