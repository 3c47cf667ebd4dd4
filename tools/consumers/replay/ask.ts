/** Asks a gateway, or a service as its gateway does. */
import { PERSPECTIVE_HEADER, SIGNATURE_HEADER, sign } from '../../../platform/protocol/signature.ts'

export interface Question {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly operationName?: string | undefined
  readonly authorization: string | undefined
  readonly acceptLanguage: string | undefined
}

export interface Reply {
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly path?: readonly (string | number)[] }[]
}

const PATIENCE = 30_000 // milliseconds

/** @param url of GraphQL @throws Error in words */
export const askGateway = (url: string, question: Question): Promise<Reply> =>
  send(url, question, question.authorization === undefined ? {} : { authorization: question.authorization })

/**
 * @param url base address of the service
 * @param secret of its gateway
 * @param isStateful the others never learn who calls
 */
export function askService(url: string, secret: string, isStateful: boolean, question: Question): Promise<Reply> {
  const authorization = isStateful ? question.authorization : undefined
  const perspective = isStateful ? undefined : 'published'
  const body = bodyOf(question)
  const request = { method: 'POST', path: '/graphql', body, authorization, perspective, requestId: undefined }
  return send(`${url}/graphql`, question, {
    [SIGNATURE_HEADER]: sign(secret, request),
    ...(authorization !== undefined && { authorization }),
    ...(perspective !== undefined && { [PERSPECTIVE_HEADER]: perspective }),
  })
}

const bodyOf = ({ query, variables, operationName }: Question): string =>
  JSON.stringify({ query, variables, ...(operationName !== undefined && { operationName }) })

async function send(url: string, question: Question, headers: Readonly<Record<string, string>>): Promise<Reply> {
  const { acceptLanguage } = question
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...headers,
      ...(acceptLanguage !== undefined && { 'accept-language': acceptLanguage }),
    },
    body: bodyOf(question),
    signal: AbortSignal.timeout(PATIENCE),
  })
  const text = await response.text()
  try {
    return JSON.parse(text) as Reply
  } catch {
    throw new Error(`answered with status ${response.status} and no JSON`)
  }
}
