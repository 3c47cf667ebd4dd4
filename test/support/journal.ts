/** A stateful service with a resumable subscription. It can be killed, and keeps its entries. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export const journalSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { length: Int }
  type Subscription { written(after: String): Entry! }
  type Entry { cursor: String! text: String! about: Item }
  type Item @key(fields: "id", resolvable: false) { id: ID! }
`

export interface Journal {
  readonly url: string
  /** Entries written so far, which is the cursor of the last one. */
  readonly length: number
  /** Subscriptions open now. */
  readonly open: number
  /** The authorization of every subscription ever opened. */
  readonly authorizations: (string | undefined)[]
  /** Adds entries, and notifies subscribers. */
  write(count: number): void
  /** Cuts all connections, as a crash does. Entries stay. */
  kill(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** An entry in the service's answers: a whole `Entry`, with the key of its `Item`. */
const entry = (cursor: number) => ({
  __typename: 'Entry',
  cursor: String(cursor),
  text: `entry ${cursor}`,
  about: { __typename: 'Item', id: `i${cursor % 10}` },
})

export async function startJournal(): Promise<Journal> {
  let port = 0
  let server: Server
  let length = 0
  const followers = new Map<ServerResponse, number>()
  const authorizations: (string | undefined)[] = []

  const tell = (response: ServerResponse): void => {
    for (let cursor = followers.get(response) ?? length; cursor < length; ) {
      cursor += 1
      followers.set(response, cursor)
      response.write(`event: next\ndata: ${JSON.stringify({ data: { written: entry(cursor) } })}\n\n`)
    }
  }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { variables } = JSON.parse(await text(request)) as { variables?: { after?: string | null } }
    if (!request.headers.accept?.includes('text/event-stream')) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { length } }))
      return
    }
    authorizations.push(request.headers.authorization)
    const after = variables?.after
    followers.set(response, after === undefined || after === null ? length : Number(after))
    response.once('close', () => followers.delete(response))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(':\n\n')
    tell(response)
  }
  const start = async (): Promise<void> => {
    server = createServer((request, response) => void handle(request, response))
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }
  const kill = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
      followers.clear()
    })
  await start()
  return {
    url: `http://127.0.0.1:${port}`,
    get length() {
      return length
    },
    get open() {
      return followers.size
    },
    authorizations,
    write(count) {
      length += count
      for (const response of followers.keys()) tell(response)
    },
    kill,
    start,
    close: kill,
  }
}
