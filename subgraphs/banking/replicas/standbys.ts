/**
 * Standbys that serve reads of the past. The place up to which each holds the ledger is read once a
 * second, and used once the primary has confirmed its hash. So no read misses anything that the
 * primary would give.
 */
import type { Logger } from '../../../platform/process/log.ts'
import { hostUrls } from '../../../platform/process/postgres-url.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { failureOf } from '../database/failure.ts'
import { openDatabase } from '../database/open.ts'
import type { Past, Place } from '../database/past.ts'

interface StandbysOptions {
  /** A PostgreSQL URL of one host or several: each is a standby, or was one. */
  readonly url: string
  readonly primary: PrismaClient
  /** Milliseconds: a standby that is further behind is not asked, since names may be so old. */
  readonly maxLag: number
  readonly log: Logger
  readonly onRead: (served: Served) => void
}

export type Served = 'standby' | 'primary'

export interface Standbys extends Past {
  /** Finds out how far each is. */
  look(): Promise<void>
  /** Milliseconds, keyed by `host:port`; undefined if it cannot be used. */
  lags(): ReadonlyMap<string, number | undefined>
  close(): Promise<void>
}

/** All that was written up to here is on the standby. */
interface Reached {
  readonly sequence: bigint
  /** Milliseconds since 1970 */
  readonly at: number
  readonly lag: number
}

interface Standby {
  readonly name: string
  readonly database: PrismaClient
  reached: Reached | undefined
  /**
   * When it was last seen to hold all that the primary does, in milliseconds of
   * `performance.now()`.
   */
  levelAt: number
}

interface Head {
  readonly batch: bigint
  readonly sequence: bigint
  readonly at: Date
  readonly hash: string
}

const CONNECTIONS = 5 // to each
/** A standby that hangs: its read is repeated on the primary within the caller's time. */
const READ_TIMEOUT = 5_000 // milliseconds

export function openStandbys({ url, primary, maxLag, log, onRead }: StandbysOptions): Standbys {
  const standbys = hostUrls(url).map((each): Standby => {
    const database = openDatabase({
      url: each,
      connections: CONNECTIONS,
      readTimeout: READ_TIMEOUT,
      statementTimeout: READ_TIMEOUT,
      alongIndexes: true,
    })
    return { name: new URL(each).host, database, reached: undefined, levelAt: Number.NEGATIVE_INFINITY }
  })
  let turn = 0

  const choose = (before: Place): Standby | undefined => {
    const able = standbys.filter(({ reached }) => reached && reached.lag <= maxLag && holds(reached, before))
    turn += 1
    return able[turn % able.length]
  }

  const look = async (standby: Standby): Promise<void> => {
    const head = await readHead(standby.database).catch(() => undefined)
    if (!head) {
      standby.reached = undefined
      return
    }
    const confirmed = await confirm(primary, head)
    // A standby that is ahead holds data that the primary has not acknowledged, and that may still
    // be undone.
    if (!confirmed) return
    if (confirmed.hash !== head.hash) {
      standby.reached = undefined
      log.error({ standby: standby.name }, 'DATABASE_READ_URL names a server that does not follow this ledger')
      return
    }
    const now = performance.now()
    if (head.batch >= confirmed.batch) standby.levelAt = now
    // After a rest, the ledger's time alone would count the rest.
    const lag = Math.min(now - standby.levelAt, confirmed.at.getTime() - head.at.getTime())
    standby.reached = { sequence: head.sequence, at: head.at.getTime(), lag }
  }

  return {
    async read(before, read, otherwise) {
      const standby = choose(before)
      if (standby) {
        try {
          const value = await read(standby.database)
          onRead('standby')
          return value
        } catch (error) {
          if (failureOf(error) !== 'outage') throw error
          standby.reached = undefined
        }
      }
      onRead('primary')
      return await otherwise()
    },
    async look() {
      await Promise.all(standbys.map(look))
    },
    lags: () => new Map(standbys.map(({ name, reached }) => [name, reached?.lag])),
    async close() {
      await Promise.all(standbys.map(({ database }) => database.$disconnect()))
    },
  }
}

/** The ledger's time never goes back: what comes after `at` is not before an instant up to it. */
const holds = ({ sequence, at }: Reached, before: Place): boolean =>
  typeof before === 'bigint' ? sequence >= before - 1n : at >= before.getTime()

async function readHead(database: PrismaClient): Promise<Head | undefined> {
  const [head] = await database.$queryRaw<Head[]>`/* standbys:head */
    SELECT last_batch AS batch, last_sequence AS sequence, last_at AS at, encode(last_hash, 'hex') AS hash
    FROM ledger WHERE id = 1`
  return head
}

/** The primary's head, with its hash of the standby's batch. Undefined if it has no such batch. */
async function confirm(primary: PrismaClient, { batch }: Head): Promise<Omit<Head, 'sequence'> | undefined> {
  const [head] = await primary.$queryRaw<Omit<Head, 'sequence'>[]>`/* standbys:confirm */
    SELECT l.last_batch AS batch, l.last_at AS at, encode(b.hash, 'hex') AS hash
    FROM ledger l JOIN batches b ON b.number = ${batch} WHERE l.id = 1`
  return head
}
