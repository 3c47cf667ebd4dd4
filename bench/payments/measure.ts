/** Measures clients that pay: rate, latency, and CPU of each process per payment. */
import { percentile } from '../common/statistics.ts'
import { type Usage, usageOf } from '../gateway/process.ts'
import type { Bank } from './bank.ts'
import { openPayers, type Payment } from './clients.ts'
import type { Contestant } from './contestants.ts'

export const parts = ['gateway', 'service', 'postgres'] as const
export type Part = (typeof parts)[number]

export interface Measured {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Requests that were rejected and sent again. */
  readonly again: number
  /** Microseconds of CPU per payment, of each process and its children. */
  readonly cpu: Readonly<Record<Part, number>>
}

interface MeasureOptions {
  readonly bank: Bank
  readonly clients: number
  /** Seconds of payments that are not measured, before those that are. */
  readonly warm: number
  readonly seconds: number
  /** The database server's pid. */
  readonly postgres: number
  /** Called with all acknowledged payments, warm-up included. */
  readonly onPaid: (payments: readonly Payment[]) => void
  /** Opens the clients; by default payers. */
  readonly open?: typeof openPayers
}

export async function measure(
  { gateway, service }: Contestant,
  { bank, clients, warm, seconds, postgres, onPaid, open = openPayers }: MeasureOptions,
): Promise<Measured> {
  const usages = (): Record<Part, Usage> => ({
    gateway: gateway.usage(),
    service: service.usage(),
    postgres: usageOf(postgres),
  })
  const payers = open(gateway.url, bank, clients)
  try {
    onPaid((await payers.pay(warm)).payments)
    const before = usages()
    const { payments, times, elapsed, again } = await payers.pay(seconds)
    const after = usages()
    onPaid(payments)
    const cpuOf = (part: Part): number => ((after[part].cpu - before[part].cpu) * 1000) / times.length
    return {
      perSecond: (times.length * 1000) / elapsed,
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      again,
      cpu: { gateway: cpuOf('gateway'), service: cpuOf('service'), postgres: cpuOf('postgres') },
    }
  } finally {
    payers.close()
  }
}
