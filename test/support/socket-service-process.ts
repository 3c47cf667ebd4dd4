/**
 * The process of `socket-service.ts`. Arguments: its port, and the number of entries written
 * before.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { useServer as serveOn } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { journalSdl } from './journal.ts'
import { SOCKET_PATH, type SocketServiceState, type Written } from './socket-service.ts'

const [, , port = '0', written = '0'] = process.argv
let length = Number(written)
let open = 0
const wake = new Set<() => void>()
const connections: SocketServiceState['connections'][number][] = []

const entry = (cursor: number) => ({
  written: { cursor: String(cursor), text: `entry ${cursor}`, about: { __typename: 'Item', id: `i${cursor % 10}` } },
})

async function* follow(after: string | null | undefined, reader: { hasLeft: boolean }) {
  let cursor = after === undefined || after === null ? length : Number(after)
  while (!reader.hasLeft) {
    if (cursor < length) {
      cursor += 1
      yield entry(cursor)
    } else await new Promise<void>((resolve) => wake.add(resolve))
  }
}

/** A waiting generator does not notice that it was returned. */
function followUntilLeft(after: string | null | undefined) {
  const reader = { hasLeft: false }
  const events = follow(after, reader)
  open += 1
  return {
    next: () => events.next(),
    return() {
      if (!reader.hasLeft) open -= 1
      reader.hasLeft = true
      wakeAll()
      return events.return()
    },
    throw: (error: unknown) => events.throw(error),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const wakeAll = (): void => {
  const all = [...wake]
  wake.clear()
  for (const one of all) one()
}

const schema = buildSubgraphSchema({
  typeDefs: parse(journalSdl),
  resolvers: {
    Query: { length: () => length },
    Subscription: {
      written: { subscribe: (_: unknown, { after }: { after?: string | null }) => followUntilLeft(after) },
    },
  },
})

const server = createServer(async (request, response) => {
  const { query, variables } = JSON.parse(await text(request))
  const answer = await graphql({ schema, source: query, variableValues: variables })
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
})
const sockets = new WebSocketServer({ server, path: SOCKET_PATH })
serveOn(
  {
    schema,
    onConnect({ connectionParams, extra }) {
      connections.push({ header: extra.request.headers.authorization, params: connectionParams })
      return extra.request.headers.authorization !== 'Bearer forbidden'
    },
  },
  sockets,
)
const state = (): SocketServiceState => ({
  port: (server.address() as AddressInfo).port,
  open,
  sockets: sockets.clients.size,
  connections,
})
process.on('message', (message: Written) => {
  length = message.length
  wakeAll()
  process.send?.(state())
})
process.once('disconnect', () => process.exit())
server.listen(Number(port), '127.0.0.1', () => process.send?.(state()))
