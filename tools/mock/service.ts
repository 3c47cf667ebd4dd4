/** The only service behind the gateway of a mock. Answers by the schema, and emits events. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { execute, GraphQLError, type GraphQLFormattedError, parse } from 'graphql'
// MIT; the GraphQL over SSE protocol by its author.
import { createHandler } from 'graphql-sse/lib/use/http'
import { readBody } from '../../platform/http/message/body.ts'
import { HttpError, sendHttpError, sendJson } from '../../platform/http/message/http-error.ts'
import { listen } from '../../platform/http/server/listen.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { CALL_HEADER } from '../../platform/protocol/signature.ts'
import { DELAY_HEADER, delayOfAll, ERROR_HEADER, type Faults, withHeaders } from './faults/faults.ts'
import { createWorld } from './resolve/create-world.ts'
import { addResolvers, type MockContext } from './resolve/resolve.ts'
import type { WorldOptions } from './resolve/world.ts'
import type { Source } from './schema/source.ts'

interface MockService {
  /** URL of GraphQL. */
  readonly url: string
  /** Replaces the schema and the options. */
  use(source: Source, options: WorldOptions): void
  close(): Promise<void>
}

const MAX_BODY = 1024 * 1024 // bytes

export async function startService(source: Source, options: WorldOptions, faults: Faults): Promise<MockService> {
  let schema = source.schema
  let requests = 0
  const use: MockService['use'] = (next, nextOptions) => {
    addResolvers(createWorld(next, nextOptions))
    schema = next.schema
  }
  use(source, options)

  const contextOf = ({ headers }: IncomingMessage): MockContext => {
    requests += 1
    const asked = {
      [ERROR_HEADER]: headers[ERROR_HEADER]?.toString(),
      [DELAY_HEADER]: headers[DELAY_HEADER]?.toString(),
    }
    return { faults: withHeaders(faults, asked), request: requests }
  }
  const stream = createHandler({
    schema: () => schema,
    authenticate: () => null, // one stream per connection
    context: ({ raw }) => ({ ...contextOf(raw) }),
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = request.headers[CALL_HEADER]?.toString()
    if (call !== undefined) response.setHeader(CALL_HEADER, call)
    if (request.headers.accept?.includes('text/event-stream')) return stream(request, response)
    const context = contextOf(request)
    const { query, variables, operationName } = JSON.parse((await readBody(request, MAX_BODY)).toString('utf8'))
    const delay = delayOfAll(context.faults, context.request)
    if (delay > 0) await sleep(delay)
    const document = parse(query)
    const result = await execute({ schema, document, variableValues: variables, operationName, contextValue: context })
    sendJson(response, 200, { ...result, ...(result.errors && { errors: result.errors.map(formatted) }) })
  }

  const listener = await listen(
    async (request, response) => {
      try {
        await answer(request, response)
      } catch (error) {
        if (error instanceof StartRefused) sendJson(response, 200, { errors: [wrongHeader(error)] })
        else if (error instanceof HttpError) sendHttpError(response, error)
        else throw error
      }
    },
    { host: '127.0.0.1', port: 0 },
  )
  return { url: `${listener.url}/graphql`, use, close: () => listener.drain(0) }
}

/** Shows the mock's own errors in full: it is a tool without secrets. */
const formatted = (error: GraphQLError): GraphQLFormattedError => ({
  ...error.toJSON(),
  extensions: { code: 'MOCK_FAULT', ...error.extensions },
})

const wrongHeader = ({ message }: StartRefused): GraphQLFormattedError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } }).toJSON()
