/** A real subgraph on loopback that records its calls, and can be made to misbehave. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { ApolloServer, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { readBody } from '../../platform/http/message/body.ts'
import { listen } from '../../platform/http/server/listen.ts'

interface ReceivedCall {
  readonly headers: IncomingHttpHeaders
  readonly body: { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> }
}

/** Answers instead of the subgraph; resolves to false to let the subgraph answer. */
export type Misbehave = (request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean

export interface TestSubgraph {
  /** Base address. */
  readonly url: string
  /** Every operation received, the oldest first. */
  readonly calls: ReceivedCall[]
  misbehave(how: Misbehave | undefined): void
  /** Cuts open connections and stops listening. */
  close(): Promise<void>
}

interface SubgraphDefinition {
  readonly sdl: string
  readonly resolvers: Parameters<typeof buildSubgraphSchema>[0] extends infer Modules
    ? Modules extends { resolvers?: infer Resolvers }
      ? Resolvers
      : never
    : never
  /** 0 takes any. */
  readonly port?: number
}

export async function startSubgraph({ sdl, resolvers, port = 0 }: SubgraphDefinition): Promise<TestSubgraph> {
  const apollo = new ApolloServer({
    schema: buildSubgraphSchema({ typeDefs: parse(sdl), ...(resolvers && { resolvers }) }),
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: true, // the gateway must hide the stack traces of services
    plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginInlineTraceDisabled()],
  })
  await apollo.start()
  const calls: ReceivedCall[] = []
  let misbehave: Misbehave | undefined
  const listener = await listen(
    async (request, response) => {
      if (request.url !== '/graphql') {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ pid: process.pid }))
        return
      }
      if (await misbehave?.(request, response)) return
      const body = JSON.parse((await readBody(request, 10_000_000)).toString()) as ReceivedCall['body']
      calls.push({ headers: request.headers, body })
      const answer = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: 'POST',
          headers: new HeaderMap([['content-type', 'application/json']]),
          search: '',
          body,
        },
        context: async () => ({}),
      })
      for (const [name, value] of answer.headers) response.setHeader(name, value)
      response.statusCode = answer.status ?? 200
      response.end(answer.body.kind === 'complete' ? answer.body.string : '')
    },
    { host: '127.0.0.1', port },
  )
  return {
    url: listener.url,
    calls,
    misbehave(how) {
      misbehave = how
    },
    async close() {
      await listener.drain(0)
      await apollo.stop()
    },
  }
}
