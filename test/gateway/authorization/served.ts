/**
 * Services of a universe on real sockets. All may keep their answers; a subscription has one event.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type DocumentNode, execute, parse } from 'graphql'
import { readBody } from '../../../platform/http/message/body.ts'
import { sendJson } from '../../../platform/http/message/http-error.ts'
import { listen } from '../../../platform/http/server/listen.ts'
import type { SentCall, TestService } from '../execution/support/federation.ts'

export interface ServedCall extends Pick<SentCall, 'service' | 'query' | 'variables'> {
  readonly text: string
  /** Whether all may keep its answer. */
  isKept: boolean
}

interface Served {
  /** Base addresses by service. */
  readonly urls: Readonly<Record<string, string>>
  /** Emptied by the test that looks. */
  readonly calls: ServedCall[]
  close(): Promise<void>
}

export async function serve(services: Readonly<Record<string, TestService>>, world: unknown): Promise<Served> {
  const calls: ServedCall[] = []
  const listeners = await Promise.all(
    Object.entries(services).map(async ([service, { typeDefs, resolvers, resolveField }]) => {
      const schema = buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers: resolvers as never })
      const documents = new Map<string, DocumentNode>()
      const listener = await listen(
        async (request, response) => {
          const text = (await readBody(request, 10_000_000)).toString()
          const { query, variables = {} } = JSON.parse(text) as SentCall
          const call = { service, query, variables, text, isKept: false }
          calls.push(call)
          const document = documents.get(query) ?? parse(query)
          documents.set(query, document)
          // So that all that can share it have asked for it.
          await turn()
          const result = await execute({
            schema,
            document,
            variableValues: variables,
            contextValue: world,
            ...(resolveField && { fieldResolver: resolveField }),
          })
          if (request.headers.accept?.includes('text/event-stream')) {
            response.writeHead(200, { 'content-type': 'text/event-stream' })
            response.end(`event: next\ndata: ${JSON.stringify(result)}\n\nevent: complete\ndata:\n\n`)
            return
          }
          call.isKept = result.errors === undefined
          sendJson(response, 200, result, { 'cache-control': 'public, max-age=600' })
        },
        { host: '127.0.0.1', port: 0 },
      )
      return [service, listener] as const
    }),
  )
  return {
    urls: Object.fromEntries(listeners.map(([service, { url }]) => [service, url])),
    calls,
    async close() {
      await Promise.all(listeners.map(([, listener]) => listener.drain(0)))
    },
  }
}
