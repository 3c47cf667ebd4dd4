/**
 * The node graph for a stock gateway, in its own process, with the same answers as in this gateway.
 */
import type { GraphQLDataSource } from '@apollo/gateway'
import { parse } from 'graphql'
import { createAnswerNodes } from '../../../gateway/nodes/answer-nodes.ts'
import { createFind } from '../../../gateway/nodes/find.ts'
import { readGraphs } from '../../../gateway/supergraph/graphs.ts'
import { readNodeGraph } from '../../../gateway/supergraph/node-graph.ts'
import type { ParsedAnswer } from '../../../gateway/traffic/call/send.ts'

interface Context {
  readonly headers?: ReadonlyMap<string, string>
}

/** @param supergraph with the addresses of its services */
export function nodeSource(supergraph: string): GraphQLDataSource<Context> {
  const graphs = readGraphs(supergraph)
  const addresses = new Map(graphs.map(({ name, url }) => [name, url]))
  const types = readNodeGraph(parse(supergraph))?.types ?? new Map()
  const answerNodes = createAnswerNodes(types)
  return {
    async process({ request: { query = '', variables = {} }, context }) {
      const find = createFind(types, async (service, { bytes }) => {
        const response = await fetch(addresses.get(service) ?? '', {
          method: 'POST',
          headers: { ...Object.fromEntries(context.headers ?? []), 'content-type': 'application/json' },
          body: new Uint8Array(bytes),
        })
        const answer = (await response.json()) as ParsedAnswer
        return { parsed: () => answer }
      })
      const answer = await answerNodes({ query, variables }, find)
      return answer as Awaited<ReturnType<GraphQLDataSource['process']>>
    },
  }
}
