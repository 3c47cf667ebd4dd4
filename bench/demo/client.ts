/**
 * Sends operations to the demo's product: to a gateway as clients do, or to an instance as a
 * gateway does.
 */
import { Agent, request } from 'undici'
import { SIGNATURE_HEADER, sign } from '../../platform/protocol/signature.ts'

export interface Operation {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

export interface Reply {
  readonly status: number
  /** The body as received. */
  readonly text: string
  /** The code of its first error, or the status of no answer; `undefined` if all is well. */
  readonly failure: string | undefined
}

type Headers = Readonly<Record<string, string>>

const connections = new Agent({ connections: 256, headersTimeout: 60_000, bodyTimeout: 60_000 })

/** @param url base address of a gateway @throws Error without an answer */
export async function ask(url: string, operation: Operation, headers: Headers = {}): Promise<Reply> {
  return post(`${url}/graphql`, JSON.stringify(operation), headers)
}

/** @param url base address of an instance @param secret shared with it */
export function askInstance(url: string, secret: string, operation: Operation, authorization?: string): Promise<Reply> {
  const body = JSON.stringify(operation)
  const absent = { perspective: undefined, requestId: undefined }
  const signature = sign(secret, { method: 'POST', path: '/graphql', body, authorization, ...absent })
  return post(`${url}/graphql`, body, {
    [SIGNATURE_HEADER]: signature,
    ...(authorization !== undefined && { authorization }),
  })
}

/** The data. @throws Error if there is an error */
export function dataOf<Data>({ status, text, failure }: Reply): Data {
  if (failure !== undefined) throw new Error(`A question was answered ${status} ${text.slice(0, 500)}`)
  return (JSON.parse(text) as { data: Data }).data
}

/** Closes all connections. */
export const hangUp = (): Promise<void> => connections.close()

async function post(url: string, body: string, headers: Headers): Promise<Reply> {
  const { statusCode, body: answer } = await request(url, {
    method: 'POST',
    dispatcher: connections,
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body,
  })
  const text = await answer.text()
  return { status: statusCode, text, failure: failureOf(statusCode, text) }
}

/** Searches for errors before parsing: most answers under load have none. */
function failureOf(status: number, text: string): string | undefined {
  if (status === 200 && !text.includes('"errors"')) return undefined
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly { extensions?: { code?: string } }[] }
    if (status === 200 && errors === undefined) return undefined
    return errors?.[0]?.extensions?.code ?? `status ${status}`
  } catch {
    return `status ${status}`
  }
}
