/** Sends one query over a fixed number of connections, and compares every answer. */
import { isDeepStrictEqual } from 'node:util'
import { percentile } from '../common/statistics.ts'
import { type LoadConnection, openConnection } from './connection.ts'
import { type Exchange, sendAtRate, sendWithoutPauses } from './sending.ts'

export interface LoadOptions {
  readonly url: string
  readonly query: Sent
  /** Another `Authorization` for each request. */
  readonly unique: boolean
  readonly connections: number
  /** Seconds. */
  readonly seconds: number
  /** The expected answer, in any order of keys. */
  readonly expected: unknown
  /** Requests per second; without it each connection sends the next as soon as it has an answer. */
  readonly rate?: number
  /** Headers of every request, besides its own. */
  readonly headers?: Headers
}

type Headers = Readonly<Record<string, string>>

/** A query, or the whole body of a request. */
type Sent = string | Readonly<Record<string, unknown>>

const bodyOf = (sent: Sent): string => JSON.stringify(typeof sent === 'string' ? { query: sent } : sent)

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

/**
 * Asks once. Rejects for anything but a whole answer without errors.
 * @param hasErrors whether there may be errors beside the data
 */
export async function ask(url: string, query: Sent, headers: Headers = {}, hasErrors = false): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization: 'Opaque 0', ...headers },
    body: bodyOf(query),
  })
  const text = await response.text()
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: readonly { message: string }[] }
  if (errors && !hasErrors)
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
  const { url, query, unique, connections, seconds, expected, rate } = options
  const target = new URL(url)
  const write = requestWriter(target, bodyOf(query), unique, options.headers)
  const isRight = comparison(expected)
  const open = Array.from({ length: connections }, () => openConnection(target))
  const times: number[] = []
  let wrong = 0
  const exchange: Exchange<LoadConnection> = async (connection, due) => {
    const answer = await connection.ask(write())
    times.push(performance.now() - due)
    if (!isRight(answer)) wrong += 1
  }
  const begin = performance.now()
  try {
    const window = { begin, end: begin + seconds * 1000 }
    if (rate === undefined) await sendWithoutPauses(open, window, exchange)
    else await sendAtRate(open, window, rate, exchange)
  } finally {
    for (const connection of open) connection.close()
  }
  const elapsed = performance.now() - begin
  return {
    requests: times.length,
    wrong,
    perSecond: (times.length * 1000) / elapsed,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    longest: percentile(times, 1),
  }
}

/** Parses only the first answer, and any that has other bytes than the last one that was right. */
function comparison(expected: unknown): (answer: Buffer) => boolean {
  let sample: Buffer | undefined
  return (answer) => {
    if (sample?.equals(answer)) return true
    const right = isDeepStrictEqual(dataOf(answer), expected)
    if (right) sample = Buffer.from(answer)
    return right
  }
}

/** Gives the text of one request after the other. */
function requestWriter({ host, pathname }: URL, body: string, unique: boolean, headers: Headers = {}): () => string {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\naccept: application/json\r\n${more.join('')}`
  const rest = `content-length: ${body.length}\r\n\r\n${body}`
  const common = head + rest
  if (!unique) return () => common
  return () => {
    tokens += 1
    return `${head}authorization: Opaque ${tokens}\r\n${rest}`
  }
}

function dataOf(answer: Buffer): unknown {
  try {
    return (JSON.parse(answer.toString('utf8')) as { data?: unknown }).data
  } catch {
    return undefined
  }
}
