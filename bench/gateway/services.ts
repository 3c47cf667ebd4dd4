/**
 * The benchmark's services, all in one process: `POST /<graph>/<service>` answers a federated
 * service's request. Answers are computed once and cached. `POST /control` sets the delay (ms) and
 * returns the number of calls since the last time.
 */
import { readFile } from 'node:fs/promises'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, type GraphQLSchema, parse } from 'graphql'
import { type BenchmarkGraph, pathOf } from './graph.ts'
import { answerOf, listen } from './listener.ts'
import { graphs } from './workloads.ts'

interface Service {
  readonly graph: BenchmarkGraph
  readonly schema: GraphQLSchema
  /** Keyed by the bytes of the request's body, one character each. */
  readonly answers: Map<string, Promise<Buffer> | Buffer>
}

const services = new Map<string, Service>()
for (const graph of graphs) {
  for (const { name, schema: file } of graph.services) {
    const schema = buildSubgraphSchema({ typeDefs: parse(await readFile(file, 'utf8')) })
    services.set(pathOf(graph, name), { graph, schema, answers: new Map() })
  }
}

let delay = 0
let calls = 0

async function compute({ graph, schema }: Service, body: string): Promise<Buffer> {
  const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> }
  const result = await execute({
    schema,
    document: parse(query),
    fieldResolver: graph.resolve,
    ...(variables ? { variableValues: variables } : {}),
  })
  return answerOf(JSON.stringify(result))
}

const { url } = await listen(async (path, body, send) => {
  if (path === '/control') {
    send(answerOf(JSON.stringify({ calls })))
    delay = Number(JSON.parse(body.toString()).delay)
    calls = 0
    return
  }
  calls += 1
  const service = services.get(path)
  if (!service) throw new Error(`There is no service at ${path}.`)
  const key = body.toString('latin1')
  let answer = service.answers.get(key)
  if (!answer) {
    answer = compute(service, body.toString())
    service.answers.set(key, answer)
    answer = await answer
    service.answers.set(key, answer)
  } else if (!Buffer.isBuffer(answer)) answer = await answer
  if (delay === 0) send(answer)
  else setTimeout(send, delay, answer)
})
console.log(`ready ${url}`)
