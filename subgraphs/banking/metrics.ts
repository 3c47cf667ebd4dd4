/**
 * Metrics of the bank: the ledger's position, whether its clock is trusted, and waiting deliveries.
 */
import { Counter, Gauge, type Registry } from '../../platform/process/prometheus.ts'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import { durableCopies } from './database/durability.ts'
import type { Standing as WriterStanding } from './election/standing.ts'
import type { Sent } from './forward/link.ts'
import { type ClockReading, type ClockRefusal, differenceOf } from './ledger/clock.ts'

export interface BankingMetrics {
  clockRefused(refusal: ClockRefusal): void
  clockRead(reading: ClockReading): void
  /** The writer has changed. */
  stands(standing: WriterStanding): void
  /** A batch of requests was sent to the writer. */
  forwarded(sent: Sent): void
}

const gauges = {
  head_age: { name: 'tributary_ledger_head_age_seconds', help: 'Time since the last batch' },
  batches: { name: 'tributary_ledger_batches', help: 'Batches that the ledger has committed' },
  events: { name: 'tributary_ledger_events', help: 'Events that the ledger has written to its outbox' },
  partitions_left: {
    name: 'tributary_ledger_partitions_left',
    help: 'Partitions that wait empty for the numbers to come, of the table that has the fewest',
  },
  copies: {
    name: 'tributary_ledger_durable_copies',
    help: 'Servers on whose disks an acknowledged payment is, at the least: 0, 1, or 2 with a synchronous standby',
  },
  untold: { name: 'tributary_outbox_lag_events', help: 'Events of the outbox not yet handed over to webhooks' },
  webhook_lag: {
    name: 'tributary_webhook_lag_seconds',
    help: 'For how long the oldest webhook that is due has waited',
  },
} as const

type Standing = Readonly<Record<keyof typeof gauges, number>>

/**
 * Read from the database whenever the metrics are.
 * @param leaseAge milliseconds since the writer's lease was seen to be renewed
 */
export function createBankingMetrics(
  registry: Registry,
  database: PrismaClient,
  leaseAge: () => number | undefined,
): BankingMetrics {
  const registers = [registry]
  const refusals = new Counter({
    name: 'tributary_ledger_clock_refusals_total',
    help: 'Batches that were refused since the clock is not trusted, by fault',
    labelNames: ['fault'],
    registers,
  })
  const difference = new Gauge({
    name: 'tributary_ledger_clock_difference_seconds',
    help: "How far the database's clock is ahead of the instance's",
    registers,
  })
  const writer = new Gauge({
    name: 'tributary_ledger_writer',
    help: '1 where this instance is the one that writes the ledger',
    registers,
  })
  new Gauge({
    name: 'tributary_ledger_lease_age_seconds',
    help: "Time since this instance saw the writer's lease renewed",
    registers,
    collect() {
      this.set((leaseAge() ?? 0) / 1000)
    },
  })
  const forwarded = new Counter({
    name: 'tributary_ledger_forwarded_batches_total',
    help: 'Batches that this instance sent to the writer: answered, refused, or lost on the way',
    labelNames: ['outcome'],
    registers,
  })
  /** One query for all figures of a scrape. */
  let asking: Promise<Standing | undefined> | undefined
  const ask = (): Promise<Standing | undefined> => {
    asking ??= readStanding(database).finally(() => {
      asking = undefined
    })
    return asking
  }
  for (const [key, { name, help }] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const standing = await ask()
        if (standing) this.set(standing[key as keyof Standing])
      },
    })
  }
  return {
    clockRefused: ({ fault }) => refusals.labels(fault).inc(),
    clockRead: (reading) => difference.set(differenceOf(reading) / 1000),
    stands: ({ role }) => writer.set(role === 'writer' ? 1 : 0),
    forwarded: (sent) => forwarded.labels(sent).inc(),
  }
}

async function readStanding(database: PrismaClient): Promise<Standing | undefined> {
  const [standing] = await database.$queryRaw<Standing[]>`/* metrics:standing */
    SELECT extract(epoch FROM clock_timestamp() - last_at)::float8 AS head_age, last_batch::float8 AS batches,
      (last_sequence - COALESCE((SELECT sum(to_sequence - from_sequence) FROM ledger_restores), 0))::float8 AS events,
      (SELECT min((SELECT count(*) FROM ledger_partitions p WHERE p.parent = t.parent AND p.lower > t.last))::float8
        FROM (VALUES ('transfers', last_sequence), ('outbox', last_sequence), ('entries', last_sequence),
          ('operations', last_operation)) AS t (parent, last)) AS partitions_left,
      (${durableCopies})::float8 AS copies,
      (last_sequence - w.done - COALESCE(
        (SELECT sum(to_sequence - from_sequence) FROM ledger_restores WHERE from_sequence >= w.done), 0))::float8 AS untold,
      COALESCE((SELECT extract(epoch FROM clock_timestamp() - min(next_attempt_at))::float8 FROM webhook_deliveries
        WHERE status = 'PENDING' AND next_attempt_at <= clock_timestamp()), 0) AS webhook_lag
    FROM ledger, (SELECT last_sequence AS done FROM webhook_cursor WHERE id = 1) w WHERE id = 1`
  return standing
}
