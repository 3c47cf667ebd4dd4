/** Sends operations for GraphiQL, with the session's token unless the headers editor names another. */
import type { Fetcher, FetcherParams } from '@graphiql/toolkit'
import { type ExecutionResult, getOperationAST, parse } from 'graphql'

/** @param authorization gives the header's value at the time of each request */
export function createFetcher(url: string, authorization: () => Promise<string | undefined>): Fetcher {
  return async (params, options) => {
    const headers = new Headers({ 'content-type': 'application/json', accept: ACCEPT })
    const token = await authorization()
    if (token !== undefined) headers.set('authorization', token)
    for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, String(value))
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(withName(params)) })
    const type = response.headers.get('content-type') ?? ''
    if (type.startsWith('text/event-stream') && response.body) return readEvents(response.body)
    return response.json()
  }
}

/** Right after a change of tabs GraphiQL may still name the operation of the tab before. */
function withName({ operationName, ...params }: FetcherParams): FetcherParams {
  return operationName && hasOperation(params.query, operationName) ? { ...params, operationName } : params
}

function hasOperation(query: string, name: string): boolean {
  try {
    return Boolean(getOperationAST(parse(query), name))
  } catch {
    return false // what is wrong with the document is for the gateway to say
  }
}

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9, text/event-stream;q=0.8'

/** A subscription's results: `next` events of the GraphQL over SSE protocol, until its `complete`. */
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
