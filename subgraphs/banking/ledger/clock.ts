/**
 * Decides whether the clock may move the ledger's time. A wrong clock would pay tomorrow's orders
 * today, and the ledger's time never goes back. Compares the database's clock with the instance's,
 * with monotonic time and with the ledger's last instant. Reads no clock.
 */
import { codedError } from '../../../platform/protocol/errors.ts'

/** One reading of the clocks. Instants are milliseconds since 1970. */
export interface ClockReading {
  /** The database's clock. */
  readonly database: number
  /** The instance's own clock, before and after the database was asked. */
  readonly asked: number
  readonly answered: number
  /**
   * Milliseconds of monotonic time (`performance.now()`), when the answer arrived.
   */
  readonly monotonic: number
}

/** Why a clock is not trusted. */
type ClockFault = 'clocks differ' | 'clock stepped' | 'ledger ahead' | 'work ahead' | 'long rest'

export interface ClockRefusal {
  readonly fault: ClockFault
  /** Milliseconds. */
  readonly by: number
}

export interface LedgerClock {
  /**
   * Checks a reading, whether or not there is anything to write.
   * @param last the ledger's last instant, ISO 8601
   */
  observe(reading: ClockReading, last: string): ClockRefusal | undefined
  /**
   * The instant for a batch written now, ISO 8601; the ledger's last one may still be later.
   * @param found instants at which work was found due, ISO 8601: nothing runs earlier
   * @throws SERVICE_UNAVAILABLE if the clock is not trusted
   */
  now(reading: ClockReading, last: string, found: readonly string[]): string
}

interface LedgerClockOptions {
  /** An instant, ISO 8601, up to which an operator has confirmed the clock. */
  readonly confirmed?: string | undefined
  /** Called for each reading that is not trusted. */
  readonly onRefused?: (refusal: ClockRefusal) => void
}

/** The most that two NTP-synchronised clocks may differ, besides the time of the query. */
export const MOST_DIFFERENCE = 5_000 // milliseconds
/** A step is accepted, as after a computer's sleep, once the clock has run evenly for so long. */
export const STEADY = 30_000 // milliseconds
const DAY = 86_400_000 // milliseconds
/** An operator has to confirm a longer step of a running instance's clock. */
export const LONGEST_STEP = 7 * DAY
/** An operator has to confirm the clock of a ledger without operations for longer. */
export const LONGEST_REST = 366 * DAY

interface Baseline {
  readonly database: number
  readonly monotonic: number
}

interface Stepped extends Baseline {
  readonly since: number
  /** Milliseconds of the deviation. */
  readonly by: number
}

export function createLedgerClock({ confirmed, onRefused }: LedgerClockOptions = {}): LedgerClock {
  const confirmedUntil = confirmed === undefined ? Number.NEGATIVE_INFINITY : Date.parse(confirmed) + DAY
  let baseline: Baseline | undefined
  /** A step of the clock that is not accepted yet. */
  let stepped: Stepped | undefined

  const stepOf = (reading: Baseline): ClockRefusal | undefined => {
    if (baseline === undefined || Math.abs(offset(reading, baseline)) <= MOST_DIFFERENCE) {
      baseline = reading
      stepped = undefined
      return undefined
    }
    if (!stepped || Math.abs(offset(reading, stepped)) > MOST_DIFFERENCE)
      stepped = { ...reading, since: reading.monotonic, by: offset(reading, baseline) }
    const isSteady = reading.monotonic - stepped.since >= STEADY
    const isShort = Math.abs(stepped.by) <= LONGEST_STEP || reading.database <= confirmedUntil
    if (!isSteady || !isShort) return { fault: 'clock stepped', by: stepped.by }
    baseline = reading
    stepped = undefined
    return undefined
  }

  const observe: LedgerClock['observe'] = (reading, last) => {
    const { database } = reading
    const difference = differenceOf(reading)
    if (Math.abs(difference) > MOST_DIFFERENCE) return { fault: 'clocks differ', by: difference }
    const step = stepOf(reading)
    if (step) return step
    const rest = database - Date.parse(last)
    if (-rest > MOST_DIFFERENCE && Date.parse(last) > confirmedUntil) return { fault: 'ledger ahead', by: -rest }
    // An empty ledger has no last operation.
    const hasBegun = Date.parse(last) > BEGINNING
    if (hasBegun && rest > LONGEST_REST && database > confirmedUntil) return { fault: 'long rest', by: rest }
    return undefined
  }

  return {
    observe,
    now(reading, last, found) {
      const latest = found.reduce((later, one) => Math.max(later, Date.parse(one)), reading.database)
      const ahead = latest - Math.max(reading.database, Date.parse(last))
      const refusal =
        observe(reading, last) ?? (ahead > MOST_DIFFERENCE ? { fault: 'work ahead' as const, by: ahead } : undefined)
      if (!refusal) return new Date(latest).toISOString()
      onRefused?.(refusal)
      const message = 'The ledger waits until its clock can be trusted. Ask again with the same key.'
      throw codedError('SERVICE_UNAVAILABLE', message, { service: 'banking', retryAfter: STEADY / 1000 })
    },
  }
}

/** The last instant of an empty ledger. */
const BEGINNING = Date.UTC(2000, 0, 1)

/**
 * Milliseconds by which the database's clock is ahead of the instance's; zero if the query's
 * duration explains the difference.
 */
export const differenceOf = ({ database, asked, answered }: ClockReading): number =>
  database > answered ? database - answered : Math.min(0, database - asked)

/** Milliseconds by which a clock is ahead of monotonic time. */
const offset = (reading: Baseline, from: Baseline): number =>
  reading.database - from.database - (reading.monotonic - from.monotonic)
