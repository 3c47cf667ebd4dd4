/** The bank's own work, done in rounds. */
import type { Logger } from '../../platform/process/log.ts'
import { hostUrls } from '../../platform/process/postgres-url.ts'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import { confirmPrimary } from './database/connect.ts'
import { durabilityFault } from './database/durability.ts'
import { renewRates } from './exchange/feed.ts'
import { removeExpiredQuotes } from './exchange/store.ts'
import { expireHolds } from './holds/expiry.ts'
import type { ClockReading, LedgerClock } from './ledger/clock.ts'
import type { Ledger } from './ledger/ledger.ts'
import { startUpkeep } from './ledger/upkeep.ts'
import { watchClock } from './ledger/watch-clock.ts'
import { runDueSchedules } from './schedules/due.ts'
import { startWorker, type Worker } from './workers/worker.ts'

const WORK_PAUSE = 500 // milliseconds
const PRIMARY_PAUSE = 2_000 // milliseconds
const UPKEEP_PAUSE = 60_000 // milliseconds
const CLOCK_PAUSE = 1_000 // milliseconds

interface BankWork {
  readonly url: string
  readonly database: PrismaClient
  readonly ledger: Ledger
  readonly log: Logger
  readonly clock: LedgerClock
  /** Called with each reading, for the metrics. */
  readonly onClockRead: (reading: ClockReading) => void
  /** Set if the bank renews its rates itself. */
  readonly rateMaxAge: number | undefined
  /** True while another instance writes, and does what needs only one. */
  readonly isElsewhere: () => boolean
}

export function startBankWork(options: BankWork): Worker[] {
  const { url, database, ledger, log, clock, onClockRead, rateMaxAge, isElsewhere } = options
  // Each instance has a clock of its own to compare, and connections of its own to an old primary.
  const watch = (name: string, pause: number, round: () => Promise<boolean>): Worker =>
    startWorker({ name, log, pause, round })
  // One instance is enough: it is done once, or asks what is the same for all (`durability`).
  const work = (name: string, pause: number, round: () => Promise<boolean>): Worker =>
    startWorker({ name, log, pause, round, isElsewhere })
  const leaveOldPrimary = async (): Promise<boolean> => {
    const moved = await confirmPrimary(url)
    if (moved) log.warn({ primary: moved.name }, 'another server is the primary; the old one was left')
    return false
  }
  let fault: string | undefined
  const checkDurability = async (): Promise<boolean> => {
    const found = await durabilityFault(database, hostUrls(url).length)
    if (found !== undefined && found !== fault) log.warn(found)
    fault = found
    return false
  }
  return [
    work('durability', UPKEEP_PAUSE, checkDurability),
    watch('clock', CLOCK_PAUSE, () => watchClock(database, clock, onClockRead).then(() => false)),
    watch('primary', PRIMARY_PAUSE, leaveOldPrimary),
    work('schedules', WORK_PAUSE, () => runDueSchedules(database, ledger, log)),
    work('expiry', WORK_PAUSE, () => expireHolds(database, ledger)),
    ...startUpkeep(database, log),
    work('quotes', UPKEEP_PAUSE, () => removeExpiredQuotes(database)),
    ...(rateMaxAge === undefined ? [] : [work('rates', UPKEEP_PAUSE, () => renewRates(database, ledger, rateMaxAge))]),
  ]
}
