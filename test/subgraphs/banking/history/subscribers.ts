/**
 * Subscribers to accounts: each follows its account from one cursor on, disconnects now and then,
 * and resumes at any instance.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createEventReader } from '../../../../gateway/traffic/event-stream.ts'
import { signedCall, signedFetch } from '../../../support/signed-call.ts'
import type { Bank } from './cluster.ts'
import { createDraw, type Draw } from './draw.ts'
import type { SeenEvent, Segment } from './history.ts'

interface Subscribers {
  readonly segments: readonly Segment[]
  /**
   * Resolves when all have ended, after `timeout` milliseconds at the latest, even if events are
   * missing. @param last sequence of each account's last event
   */
  stop(last: (account: string) => bigint, timeout: number): Promise<void>
}

interface SubscribersOptions {
  readonly cluster: Bank
  readonly accounts: readonly string[]
  readonly seed: string
  /** A planted bug that the checker must catch: some events get lost. */
  readonly losesEvents: boolean
}

/**
 * Codes of transient faults and of an instance with a wrong clock. Any other code refuses the
 * cursor.
 */
const PASSING: ReadonlySet<unknown> = new Set(['SERVICE_UNAVAILABLE', 'SERVICE_TIMEOUT', 'UNAUTHENTICATED'])
const MAX_EVENT = 1_000_000 // characters

/** Resolves when every subscriber has its first cursor. */
export async function startSubscribers(options: SubscribersOptions): Promise<Subscribers> {
  const { cluster, accounts, seed } = options
  const segments: Segment[] = []
  const ended = new AbortController()
  const following = await Promise.all(
    accounts.map(async (account) => {
      const draw = createDraw(`${seed} subscriber ${account}`)
      const first = await currentCursor(cluster, account)
      return () => follow({ ...options, account, first, draw, segments, signal: ended.signal })
    }),
  )
  const all = Promise.all(following.map((start) => start()))
  return {
    segments,
    async stop(last, timeout) {
      const deadline = performance.now() + timeout
      const isBehind = (account: string): boolean => {
        const segment = segments.findLast((one) => one.account === account)
        return segment === undefined || lastOf(segment) < last(account)
      }
      while (accounts.some(isBehind) && performance.now() < deadline) await sleep(20)
      ended.abort()
      await all
    },
  }
}

interface Following extends SubscribersOptions {
  readonly account: string
  readonly first: string
  readonly draw: Draw
  readonly segments: Segment[]
  readonly signal: AbortSignal
}

async function follow({ cluster, account, first, draw, segments, signal, losesEvents }: Following): Promise<void> {
  let cursor = first
  let segment = begin(account, cursor, cluster, segments)
  while (!signal.aborted) {
    const era = cluster.eras.length - 1
    const hangUp = AbortSignal.any([signal, AbortSignal.timeout(500 + draw.below(4_000))])
    const refused = await listen(
      cluster,
      { account, after: cursor, signal: hangUp },
      draw.below(cluster.instances),
      (event) => {
        cursor = event.cursor
        segment.era = era
        if (!losesEvents || draw.below(20) > 0) segment.events.push(event)
      },
    )
    if (refused !== undefined) {
      segment.refused = refused
      cursor = await currentCursor(cluster, account)
      segment = begin(account, cursor, cluster, segments)
    } else if (!signal.aborted) await sleep(50)
  }
}

function begin(account: string, cursor: string, { eras }: Bank, segments: Segment[]): Segment {
  const era = eras.length - 1
  const segment: Segment = { account, from: sequenceOf(cursor), events: [], began: era, era, refused: undefined }
  segments.push(segment)
  return segment
}

const lastOf = ({ from, events }: Segment): bigint => events.at(-1)?.sequence ?? from

interface Listening {
  readonly account: string
  readonly after: string
  readonly signal: AbortSignal
}

/**
 * Listens until the stream ends for any reason. Resolves to the code with which the cursor was
 * refused, if it was.
 */
export async function listen(
  { url: urlOf, instances, authorization }: Bank,
  { account, after, signal }: Listening,
  instance: number,
  onEvent: (event: SeenEvent & { readonly cursor: string }) => void,
): Promise<string | undefined> {
  const url = urlOf(instance % instances)
  if (url === undefined) return undefined
  const query = `subscription ($account: ID!, $after: String) {
    event: accountActivity(accountId: $account, after: $after) { cursor kind amount { amount } transfer { id } }
  }`
  let refused: string | undefined
  const hungUp = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  const read = async (): Promise<void> => {
    const variables = { account, after }
    const response = await signedFetch(
      url,
      { query, variables, authorization },
      { accept: 'text/event-stream' },
      signal,
    )
    const readEvents = createEventReader((name, data) => {
      if (name !== 'next' || signal.aborted) return
      const answer = JSON.parse(data)
      const code = answer.errors?.[0]?.extensions?.code
      if (code !== undefined && !PASSING.has(code)) refused = code
      const event = answer.data?.event
      if (!event || code !== undefined) return
      const { cursor, kind, amount, transfer } = event
      onEvent({ cursor, sequence: sequenceOf(cursor), kind, amount: amount.amount, transfer: transfer.id })
    }, MAX_EVENT)
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) readEvents(text)
  }
  // A stream that is cut rejects; one of a suspended instance never ends.
  await Promise.race([read().catch(() => {}), hungUp])
  return refused
}

/** The ledger's current position as an account's cursor. Retries until an instance answers. */
export async function currentCursor(cluster: Bank, account: string): Promise<string> {
  const query = 'query ($account: ID!) { account(id: $account) { activityCursor } }'
  const { authorization } = cluster
  for (let instance = 0; ; instance += 1) {
    const url = cluster.url(instance % cluster.instances)
    const asked = url === undefined ? undefined : signedCall(url, { query, variables: { account }, authorization })
    const answer = await Promise.race([asked?.catch(() => undefined), sleep(2_000, undefined, { ref: false })])
    const cursor = answer?.data?.account?.activityCursor
    if (cursor) return cursor
    await sleep(50)
  }
}

/** The ledger position in a cursor, which is its last part. */
export const sequenceOf = (cursor: string): bigint =>
  BigInt(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')).at(-1))
