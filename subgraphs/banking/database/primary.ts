/**
 * Finds the primary among a database's hosts, and remembers it until it is doubted. Which host is
 * the primary is decided by the cluster's manager, never here.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, DatabaseError } from 'pg'
import { hostUrls } from '../../../platform/process/postgres-url.ts'
import { socketOf } from './socket.ts'

export interface Host {
  /** URL of this host only. */
  readonly url: string
  /** `host:port` */
  readonly name: string
}

export interface Primary {
  readonly hosts: readonly Host[]
  /**
   * The only host; of several, the one that was found last or that answers as the primary now.
   * @throws DatabaseError like that of a starting server, if there is none
   */
  find(): Promise<Host>
  /** Its connection was lost or refused, or is read-only: all are asked before the next one. */
  doubt(host: Host): void
  /**
   * Asks all hosts even without a failure: a server that hangs or is cut off does not report its
   * successor. Resolves to the primary if it has changed.
   */
  confirm(): Promise<Host | undefined>
}

/** Milliseconds; well under the time for which a pool waits for a connection. */
const ASK_TIMEOUT = 2_000
/** After the first primary has answered: two answer while the cluster cuts one of them off. */
const GRACE = 300 // milliseconds

/**
 * The timeline counts promotions, so the newest primary has the highest. A standby has none here.
 */
const STANDING = `
  SELECT CASE WHEN NOT pg_is_in_recovery() AND NOT current_setting('default_transaction_read_only')::boolean
    THEN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int::text END AS timeline`

type Answer = { readonly host: Host } & ({ readonly timeline: number | undefined } | { readonly error: Error })

interface Known {
  readonly host: Host
  readonly timeline: number
}

export function createPrimary(url: string): Primary {
  const hosts = hostUrls(url).map((each): Host => ({ url: each, name: new URL(each).host }))
  const [only] = hosts
  let known: Known | undefined
  let finding: Promise<Host> | undefined

  const find = async (): Promise<Host> => {
    const answers = await askAll(hosts)
    known = newestOf(answers)
    if (!known) throw noPrimary(answers)
    return known.host
  }

  return {
    hosts,
    find() {
      if (only && hosts.length === 1) return Promise.resolve(only)
      if (known) return Promise.resolve(known.host)
      finding ??= find().finally(() => {
        finding = undefined
      })
      return finding
    },
    doubt(host) {
      if (known?.host === host) known = undefined
    },
    async confirm() {
      if (hosts.length === 1) return undefined
      const before = known
      const newest = newestOf(await askAll(hosts))
      if (!newest || (before && newest.timeline <= before.timeline)) return undefined
      known = newest
      return newest.host === before?.host ? undefined : newest.host
    },
  }
}

/** All at once; resolves once all have answered, or soon after a primary has. */
async function askAll(hosts: readonly Host[]): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  const { promise: found, resolve: find } = Promise.withResolvers<void>()
  const all = Promise.all(
    hosts.map(async (host) => {
      const answer = await ask(host)
      answers.push(answer)
      if ('timeline' in answer && answer.timeline !== undefined) find()
    }),
  )
  await Promise.race([all, found])
  await Promise.race([all, sleep(GRACE)])
  return [...answers]
}

async function ask(host: Host): Promise<Answer> {
  const timeouts = { connectionTimeoutMillis: ASK_TIMEOUT, query_timeout: ASK_TIMEOUT }
  const client = new Client({ connectionString: host.url, ...timeouts })
  client.on('error', () => {}) // the query in flight rejects anyway
  try {
    await client.connect()
    const { rows } = await client.query<{ timeline: string | null }>(STANDING)
    return { host, timeline: rows[0]?.timeline ? Number(rows[0].timeline) : undefined }
  } catch (error) {
    return { host, error: error as Error }
  } finally {
    void client.end().catch(() => {})
    // A server that hangs would never end it.
    setTimeout(() => socketOf(client).destroy(), ASK_TIMEOUT).unref()
  }
}

const newestOf = (answers: readonly Answer[]): Known | undefined =>
  answers
    .flatMap((answer) => ('timeline' in answer && answer.timeline !== undefined ? [answer as Known] : []))
    .sort((one, other) => other.timeline - one.timeline)[0]

/** SQLSTATE `cannot_connect_now` */
const CANNOT_CONNECT_NOW = '57P03'

export const cannotConnectNow = (message: string): Error =>
  Object.assign(new DatabaseError(message, 0, 'error'), { code: CANNOT_CONNECT_NOW, severity: 'FATAL' })

function noPrimary(answers: readonly Answer[]): Error {
  const told = answers.map((answer) => {
    const state = 'error' in answer ? answer.error.message || (answer.error as { code?: string }).code : 'a standby'
    return `${answer.host.name}: ${state}`
  })
  return cannotConnectNow(`no primary among ${told.sort().join('; ')}`)
}
