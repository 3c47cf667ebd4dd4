/** Sends one query over a fixed number of connections, without a pause, and compares every answer. */
import { isDeepStrictEqual } from 'node:util'
import { Client, type Dispatcher } from 'undici' // MIT; by `dispatch` the least costly HTTP client for Node, so that the load generator is not what is measured

export interface LoadOptions {
  readonly url: string
  readonly query: string
  /** Another `Authorization` for each request. */
  readonly unique: boolean
  readonly connections: number
  /** Seconds. */
  readonly seconds: number
  /** What every answer has to be, in any order of keys. */
  readonly expected: unknown
}

export interface LoadResult {
  readonly requests: number
  readonly wrong: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly longest: number
}

let tokens = 0

/** Asks once. Rejects for anything but a whole answer without errors. */
export async function ask(url: string, query: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers: headers(true), body: JSON.stringify({ query }) })
  const text = await response.text()
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: readonly { message: string }[] }
  if (errors)
    throw new Error(
      errors
        .map(({ message }) => message)
        .join('; ')
        .slice(0, 300),
    )
  if (!data) throw new Error(`HTTP ${response.status}: ${text.slice(0, 300)}`)
  return data
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  const { url, query, unique, connections, seconds, expected } = options
  const clients = Array.from({ length: connections }, () => new Client(new URL(url).origin, { pipelining: 1 }))
  const body = JSON.stringify({ query })
  const path = new URL(url).pathname
  const times: number[] = []
  let wrong = 0
  let sample: Buffer | undefined
  const begin = performance.now()
  const end = begin + seconds * 1000

  const isRight = (answer: Buffer): boolean => {
    if (sample?.equals(answer)) return true
    // The first, and any whose keys come in another order.
    const right = isDeepStrictEqual(dataOf(answer), expected)
    if (right) sample = answer
    return right
  }
  const run = async (client: Client): Promise<void> => {
    while (performance.now() < end) {
      const sent = performance.now()
      const answer = await answerOf(client, { method: 'POST', path, headers: headers(unique), body })
      times.push(performance.now() - sent)
      if (!isRight(answer)) wrong += 1
    }
  }
  await Promise.all(clients.map(run))
  const elapsed = performance.now() - begin
  await Promise.all(clients.map((client) => client.destroy()))
  const sorted = Float64Array.from(times).sort()
  const percentile = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  return {
    requests: times.length,
    wrong,
    perSecond: (times.length * 1000) / elapsed,
    p50: percentile(0.5),
    p99: percentile(0.99),
    longest: percentile(1),
  }
}

/** Without the streams and signals of `request`, which cost more than the gateway's share of a small answer. */
function answerOf(client: Client, request: Dispatcher.DispatchOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    client.dispatch(request, {
      onRequestStart() {},
      onResponseData: (_controller, piece) => void pieces.push(piece),
      onResponseEnd: () => resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)),
      onResponseError: (_controller, error) => reject(error),
    })
  })
}

function headers(unique: boolean): Record<string, string> {
  const common = { 'content-type': 'application/json', accept: 'application/json' }
  if (!unique) return common
  tokens += 1
  return { ...common, authorization: `Opaque ${tokens}` }
}

function dataOf(answer: Buffer): unknown {
  try {
    return (JSON.parse(answer.toString('utf8')) as { data?: unknown }).data
  } catch {
    return undefined
  }
}
