/** Requests that are slow to read, never end, or mean two things. */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attack } from '../attack.ts'
import { eventually, raw, type Target, tally } from '../target.ts'

const BODY = '{"query":"{ __typename }"}'
const HEAD = 'POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n'

const heads: Readonly<Record<string, string>> = {
  'a header of 16,000 blanks and a control character': `${HEAD}a:${' '.repeat(15_000)}\x01\r\n\r\n`,
  'a header of 16,000 tabs and a control character': `${HEAD}a:${'\t'.repeat(15_000)}\x01\r\n\r\n`,
  'a length and chunks': `${HEAD}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  'two lengths': `${HEAD}content-length: 4\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
  'a coding hidden by a blank': `${HEAD}transfer-encoding : chunked\r\n\r\n0\r\n\r\n`,
  'a coding that is not chunked': `${HEAD}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`,
  'a header folded over two lines': `${HEAD}x: a\r\n b: c\r\ncontent-length: 0\r\n\r\n`,
  'lines that end without a return': `${HEAD.replaceAll('\r', '')}content-length: ${BODY.length}\n\n${BODY}`,
  'two hosts': `${HEAD}host: there\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
  'no host': 'GET /graphql?query={__typename} HTTP/1.1\r\n\r\n',
}

/** Whether it is refused by the gateway's parser or by its door. */
const REFUSED = /^(400|413|431|closed)$/

const refusedHeads = Object.entries(heads).map(
  ([name, bytes]): Attack => ({ name, run: (target) => raw(target, bytes), expected: REFUSED }),
)

/**
 * Opens so many connections, sends the same on each, and gives what became of each after a while.
 */
async function manyConnections(
  { url }: Target,
  count: number,
  bytes: string | Buffer,
  timeout: number,
): Promise<string> {
  const { hostname, port } = new URL(url)
  const outcomes = new Map<Socket, string>()
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(Number(port), hostname)
    outcomes.set(socket, 'open')
    socket.on('data', (answer) => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1'))?.[1]
      if (status !== undefined) outcomes.set(socket, status)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (outcomes.get(socket) === 'open') outcomes.set(socket, 'closed')
    })
    socket.write(bytes)
    return socket
  })
  await eventually(
    async () => [...outcomes.values()].filter((outcome) => outcome === 'open').length,
    (open) => open === 0,
    timeout,
  )
  for (const socket of sockets) socket.destroy()
  await sleep(100)
  return tally([...outcomes.values()])
}

const LARGE = 900_000 // bytes

const unfinished: Attack = {
  name: '500 bodies of 900 kB that lack their last byte',
  run: (target) =>
    manyConnections(
      target,
      Math.ceil(500 * target.scale),
      Buffer.concat([Buffer.from(`${HEAD}content-length: ${LARGE}\r\n\r\n`), Buffer.alloc(LARGE - 1, ' ')]),
      40_000,
    ),
  expected: /^\d+ x (503|408|closed)(, \d+ x (503|408|closed))*$/,
}

const slow: Attack = {
  name: 'a body that never ends, a byte in a second',
  async run(target) {
    const { hostname, port } = new URL(target.url)
    const socket = connect(Number(port), hostname)
    let status = 'open'
    socket.on('data', (answer) => {
      status = /^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1'))?.[1] ?? 'no HTTP'
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (status === 'open') status = 'closed'
    })
    socket.write(`${HEAD}content-length: 1000\r\n\r\n`)
    for (let second = 0; second < 60 && status === 'open'; second += 1) {
      socket.write(' ')
      await sleep(1_000)
    }
    socket.destroy()
    return status
  },
  expected: /^(408|closed)$/,
}

const pipelined: Attack = {
  name: '5,000 pipelined requests that read no answer',
  async run(target) {
    const { hostname, port } = new URL(target.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.pause()
    socket.write(`${HEAD}content-length: ${BODY.length}\r\n\r\n${BODY}`.repeat(5_000))
    await sleep(Math.max(500, 3_000 * target.scale))
    socket.destroy()
    return 'held'
  },
  expected: /^held$/,
}

export const httpAttacks: readonly Attack[] = [...refusedHeads, unfinished, slow, pipelined]
