/**
 * Sends operations for GraphiQL, with the session's token unless the headers editor names another.
 */
import type { Fetcher } from '@graphiql/toolkit'
import { type ExecutionResult, getOperationAST, type OperationDefinitionNode, parse } from 'graphql'

const JSON_ANSWER = 'application/graphql-response+json, application/json;q=0.9'
const EVENTS = 'text/event-stream'

/** @param authorization gives the header's value at the time of each request */
export function createFetcher(url: string, authorization: () => Promise<string | undefined>): Fetcher {
  return async ({ query, variables, operationName }, options) => {
    const operation = operationOf(query, operationName)
    const accept = operation?.operation === 'subscription' ? EVENTS : JSON_ANSWER
    const headers = new Headers({ 'content-type': 'application/json', accept })
    const token = await authorization()
    if (token !== undefined) headers.set('authorization', token)
    for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, String(value))
    const body = JSON.stringify({ query, variables, operationName: operation?.name?.value })
    const response = await fetch(url, { method: 'POST', headers, body })
    if (response.headers.get('content-type')?.startsWith(EVENTS) && response.body) return readEvents(response.body)
    return response.json()
  }
}

/**
 * Right after a change of tabs GraphiQL may still name the operation of the tab before: then it is
 * the only one of this tab.
 */
function operationOf(query: string, name: string | null | undefined): OperationDefinitionNode | undefined {
  try {
    const document = parse(query)
    return getOperationAST(document, name) ?? getOperationAST(document) ?? undefined
  } catch {
    return undefined // what is wrong with the document is for the gateway to say
  }
}

/**
 * A subscription's results: `next` events of the GraphQL over SSE protocol, until its `complete`.
 */
async function* readEvents(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<ExecutionResult> {
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const fields = new Map(event.split('\n').map((line) => [line.split(':', 1)[0], line.replace(/^\w*: ?/, '')]))
      if (fields.get('event') === 'complete') return
      if (fields.get('event') === 'next') yield JSON.parse(fields.get('data') ?? '')
    }
  }
}
