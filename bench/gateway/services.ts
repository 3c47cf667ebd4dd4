/**
 * The benchmark's services, all in one process: `POST /<service>` answers a federated service's
 * request. Answers are computed once and cached. `POST /control` sets the delay (ms) and returns
 * the number of calls since the last time.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, type GraphQLSchema, parse } from 'graphql'
import type { BenchmarkGraph } from './graph.ts'
import { graphs } from './workloads.ts'

const schemas = new Map<string, { readonly graph: BenchmarkGraph; readonly schema: GraphQLSchema }>()
for (const graph of graphs) {
  for (const { name, schema: file } of graph.services) {
    const schema = buildSubgraphSchema({ typeDefs: parse(await readFile(file, 'utf8')) })
    schemas.set(`/${name}`, { graph, schema })
  }
}

const answers = new Map<string, Buffer>()
let delay = 0
let calls = 0

async function answer(path: string, body: string): Promise<Buffer> {
  const key = `${path} ${body}`
  const known = answers.get(key)
  if (known) return known
  const service = schemas.get(path)
  if (!service) throw new Error(`There is no service at ${path}.`)
  const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> }
  const { graph, schema } = service
  const result = await execute({
    schema,
    document: parse(query),
    fieldResolver: graph.resolve,
    ...(variables ? { variableValues: variables } : {}),
  })
  const text = Buffer.from(JSON.stringify(result))
  answers.set(key, text)
  return text
}

/**
 * Uses events: the services share a core with the load, and the async iterator would be most of
 * their work.
 */
function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => resolve(text))
    request.on('error', reject)
  })
}

const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, async (request, response) => {
  const path = request.url ?? '/'
  const body = await readText(request)
  const send = (text: Buffer): void => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
    response.end(text)
  }
  if (path === '/control') {
    send(Buffer.from(JSON.stringify({ calls })))
    delay = Number(JSON.parse(body).delay)
    calls = 0
    return
  }
  calls += 1
  const text = await answer(path, body)
  if (delay === 0) send(text)
  else setTimeout(send, delay, text)
})
server.listen(0, '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
