/** One WebSocket against everybody else. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Attack } from '../attack.ts'
import { eventually, figure, type Target, tally } from '../target.ts'

const OPEN_STREAMS = 'tributary_open_subscriptions'

interface Message {
  readonly id?: string
  readonly type: string
  readonly payload?: unknown
}

/** Connects and signs in. @param authorization none for an anonymous caller */
async function open({ url }: Target, authorization?: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  socket.on('error', () => undefined)
  await once(socket, 'open')
  send(socket, { type: 'connection_init', ...(authorization !== undefined && { payload: { authorization } }) })
  await once(socket, 'message')
  return socket
}

const send = (socket: WebSocket, message: Message): void => socket.send(JSON.stringify(message))

/**
 * Collects the messages that match, until there are enough or the socket is closed; then gives what
 * closed it.
 */
function collect(socket: WebSocket, enough: number, timeout = 60_000): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const outcomes: string[] = []
    const end = (): void => {
      clearTimeout(timer)
      resolve(outcomes)
    }
    const timer = setTimeout(end, timeout)
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(String(data)) as Message
      if (type === 'error' || type === 'next') outcomes.push(codeOf(payload) ?? type)
      if (outcomes.length >= enough) end()
    })
    socket.once('close', (code) => {
      outcomes.push(`closed ${code}`)
      end()
    })
  })
}

function codeOf(payload: unknown): string | undefined {
  const errors = Array.isArray(payload) ? payload : (payload as { errors?: unknown[] }).errors
  return (errors?.[0] as { extensions?: { code?: string } } | undefined)?.extensions?.code
}

const invalid: Attack = {
  name: '3,000 subscribe messages with an invalid document on one socket',
  async run(target) {
    const socket = await open(target)
    const count = Math.ceil(3_000 * target.scale)
    const fields = Array.from({ length: 300 }, (_, n) => `a${n}: nothing`).join(' ')
    const done = collect(socket, count)
    for (let n = 0; n < count; n += 1)
      send(socket, { id: String(n), type: 'subscribe', payload: { query: `subscription { ${fields} b${n}: x }` } })
    const outcomes = await done
    socket.terminate()
    return tally(outcomes.slice(0, count))
  },
  expected:
    /^\d+ x (GRAPHQL_VALIDATION_FAILED|BUDGET_EXHAUSTED)(, \d+ x (BUDGET_EXHAUSTED|GRAPHQL_VALIDATION_FAILED|closed \d+))*$/,
}

const pings: Attack = {
  name: '100,000 pings on one socket',
  async run(target) {
    const socket = await open(target)
    for (let n = 0; n < 100_000 * target.scale; n += 1) socket.send('{"type":"ping"}')
    await sleep(Math.max(500, 2_000 * target.scale))
    socket.terminate()
    return 'held'
  },
  expected: /^held$/,
}

/** A stream of the payer's first account, which begins now. */
async function activityOf(target: Target): Promise<string> {
  const response = await fetch(`${target.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: target.payer },
    body: JSON.stringify({ query: '{ me { accounts(first: 1) { edges { node { id } } } } }' }),
  })
  const { data } = (await response.json()) as { data: { me: { accounts: { edges: { node: { id: string } }[] } } } }
  return `subscription { accountActivity(accountId: ${JSON.stringify(data.me.accounts.edges[0]?.node.id)}) { cursor } }`
}

const leak: Attack = {
  name: 'subscribe, complete and subscribe again under one id, without waiting',
  async run(target) {
    const query = await activityOf(target)
    const before = await figure(target, OPEN_STREAMS)
    const socket = await open(target, target.payer)
    for (let n = 0; n < 20; n += 1) {
      send(socket, { id: 'x', type: 'subscribe', payload: { query } })
      send(socket, { id: 'x', type: 'complete' })
    }
    send(socket, { id: 'x', type: 'subscribe', payload: { query } })
    await sleep(1_000)
    socket.terminate()
    const left = await eventually(
      async () => (await figure(target, OPEN_STREAMS)) - before,
      (count) => count <= 0,
    )
    return `${Math.max(0, left)} streams left`
  },
  expected: /^0 streams left$/,
}

const many: Attack = {
  name: '2,000 streams of one customer',
  async run(target) {
    const query = await activityOf(target)
    const socket = await open(target, target.payer)
    const count = Math.max(300, 2_000 * target.scale) // over the limit of a socket
    const done = collect(socket, 1, 30_000)
    for (let n = 0; n < count; n += 1) send(socket, { id: String(n), type: 'subscribe', payload: { query } })
    const outcomes = await done
    socket.terminate()
    await eventually(
      () => figure(target, OPEN_STREAMS),
      (open) => open === 0,
    )
    return tally(outcomes)
  },
  expected: /^\d+ x BUDGET_EXHAUSTED/,
}

const nested: Attack = {
  name: 'a message of 400,000 levels',
  async run(target) {
    const socket = await open(target)
    const done = collect(socket, 1)
    const x = `${'['.repeat(400_000)}${']'.repeat(400_000)}`
    socket.send(`{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","variables":{"x":${x}}}}`)
    const outcomes = await done
    socket.terminate()
    return tally(outcomes)
  },
  expected: /^1 x closed 1009$/,
}

export const socketAttacks: readonly Attack[] = [invalid, pings, nested, leak, many]
