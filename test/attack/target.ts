/**
 * The attacked product: its addresses, and how callers sign in. Speaks plain HTTP; expects nothing.
 */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Target {
  /** Base address of the public port. */
  readonly url: string
  /** Base address of the admin port. */
  readonly adminUrl: string
  /** The `Authorization` header of a demo customer. */
  readonly payer: string
  /** The `Authorization` header of another one, whom no attack should touch. */
  readonly payee: string
  /** How much of each attack is run: 1 by hand, less in the test suite. */
  readonly scale: number
}

export interface Operation {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

/** The answer to an operation as `status code`, with `OK` if there is no error. */
export async function ask(
  { url }: Target,
  operation: Operation | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(typeof operation === 'string' ? { query: operation } : operation),
  })
  const { errors } = (await response.json()) as { errors?: { extensions?: { code?: string } }[] }
  return `${response.status} ${errors?.[0]?.extensions?.code ?? 'OK'}`
}

/** Sends bytes as they are; gives the status line's number, or what happened to the connection. */
export function raw({ url }: Target, bytes: string | Buffer, timeout = 60_000): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    const end = (outcome: string): void => {
      socket.destroy()
      resolve(outcome)
    }
    socket.setTimeout(timeout, () => end('no answer'))
    socket.once('data', (answer) => end(/^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1'))?.[1] ?? 'no HTTP'))
    socket.once('close', () => end('closed'))
    socket.once('error', () => end('closed'))
    socket.write(bytes)
  })
}

/** A figure of `/metrics`, summed over its labels that contain `label`. */
export async function figure({ adminUrl }: Target, name: string, label = ''): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  return text
    .split('\n')
    .filter((line) => line.startsWith(name) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** Asks until the answer is `wanted` or the time is up; gives the last answer. */
export async function eventually<Value>(
  read: () => Promise<Value>,
  wanted: (value: Value) => boolean,
  timeout = 10_000,
): Promise<Value> {
  const end = performance.now() + timeout
  for (;;) {
    const value = await read()
    if (wanted(value) || performance.now() > end) return value
    await sleep(50)
  }
}

/** How often each outcome came: `4 x 200 OK, 1 x 429 BUDGET_EXHAUSTED`, the most frequent first. */
export function tally(outcomes: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  const sorted = [...counts].sort(([, one], [, other]) => other - one)
  return sorted.map(([outcome, count]) => `${count} x ${outcome}`).join(', ')
}
