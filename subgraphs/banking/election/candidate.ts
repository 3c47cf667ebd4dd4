/**
 * One instance in the election: watches the lease, takes it if nobody renews it, and then renews
 * it. Clocks are never compared: a lease has expired once its count of renewals has not changed for
 * a while, by the observer's monotonic time. The ledger's README draws the states.
 */
import { randomBytes } from 'node:crypto'
import type { ClientBase } from 'pg'
import type { Logger } from '../../../platform/process/log.ts'
import { endBackends } from '../database/backends.ts'
import { type LeaseRow, readLease, releaseLease, renewLease, takeLease } from './row.ts'
import { type Standing, UNKNOWN } from './standing.ts'

export interface CandidateOptions {
  /** The one under which this process has marked its connections. */
  readonly instance: number
  /** Address at which the others reach this instance; null if they cannot. */
  readonly address: string | null
  readonly log: Logger
  /** Called with each change of who is known to write. */
  readonly onChange?: (standing: Standing) => void
}

interface Candidate {
  standing(): Standing
  /** The lease no longer has our token. True if this was not known. */
  lost(token: string): boolean
  /** Milliseconds since a renewal of the lease was last seen; undefined if none was. */
  age(): number | undefined
  /** Renews the lease, or watches it. Resolves to the milliseconds until the next round. */
  round(client: ClientBase): Promise<number>
  /** The database was away, so that nobody could renew. */
  interrupted(): void
  /** Gives the lease back if this instance has it. */
  resign(client: ClientBase): Promise<void>
}

const RENEW = 300 // milliseconds
const WATCH = 250 // milliseconds
/** A lease that is not renewed for so long has expired. */
const EXPIRY = 1_200 // milliseconds

interface Sight {
  readonly token: string
  readonly beat: string
  /** Monotonic time. */
  readonly since: number
}

export function createCandidate({ instance, address, log, onChange }: CandidateOptions): Candidate {
  let standing: Standing = UNKNOWN
  /** When the current state of the row was first seen. */
  let sight: Sight | undefined
  let renewed: number | undefined
  /** The instance whose connections are still to be ended. */
  let predecessor: number | undefined

  const settle = (next: Standing): void => {
    const before = standing
    standing = next
    if (before.role === next.role && tokenOf(before) === tokenOf(next)) return
    if (next.role === 'writer') log.info({ token: next.token }, 'this instance writes the ledger now')
    if (before.role === 'writer') log.warn({ token: before.token }, 'this instance has lost the lease of the ledger')
    onChange?.(next)
  }

  const take = async (client: ClientBase, row: LeaseRow): Promise<void> => {
    const key = randomBytes(32).toString('base64url')
    if (row.instance !== instance) predecessor = row.instance ?? undefined
    sight = undefined
    const token = await takeLease(client, row, { instance, address, key })
    if (token === undefined) return
    renewed = performance.now()
    // Ends the last writer's connections, with their unfinished work and locks, before this one
    // begins.
    if (predecessor !== undefined) await endBackends(client, predecessor)
    predecessor = undefined
    settle({ role: 'writer', token, key })
  }

  const watch = async (client: ClientBase): Promise<void> => {
    const row = await readLease(client)
    if (!row) throw new Error('The lease has no row: the database is not migrated.')
    // Our own lease, unknown to us: it was taken, and then the connection was lost.
    if (row.instance === null || row.instance === instance) return take(client, row)
    const now = performance.now()
    if (sight?.token === row.token && sight.beat === row.beat) {
      if (now - sight.since >= EXPIRY) await take(client, row)
      return
    }
    // In a copy of the database the count does not change, even if the holder is alive elsewhere.
    const isRenewed = sight?.token === row.token
    sight = { token: row.token, beat: row.beat, since: now }
    if (isRenewed) {
      renewed = now
      settle({ role: 'follower', token: row.token, key: row.key ?? '', address: row.address })
    } else if (tokenOf(standing) !== row.token) settle(UNKNOWN)
  }

  const lost = (token: string): boolean => {
    if (standing.role !== 'writer' || standing.token !== token) return false
    settle(UNKNOWN)
    return true
  }

  return {
    standing: () => standing,
    lost,
    age: () => (renewed === undefined ? undefined : performance.now() - renewed),
    async round(client) {
      if (standing.role === 'writer') {
        const { token } = standing
        if (await renewLease(client, token, instance)) renewed = performance.now()
        else lost(token)
      }
      if (standing.role !== 'writer') await watch(client)
      return standing.role === 'writer' ? RENEW : WATCH
    },
    interrupted() {
      sight = undefined
    },
    async resign(client) {
      if (standing.role !== 'writer') return
      const { token } = standing
      standing = UNKNOWN
      onChange?.(UNKNOWN)
      await releaseLease(client, token, instance)
    },
  }
}

const tokenOf = (standing: Standing): string | undefined => (standing.role === 'unknown' ? undefined : standing.token)
