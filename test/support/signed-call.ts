/** Calls a service as the gateway does: one signed POST to `/graphql`. */
import { PERSPECTIVE_HEADER, REQUEST_ID_HEADER, SIGNATURE_HEADER, sign } from '../../platform/protocol/signature.ts'
import { type Answer, readAnswer } from './answer.ts'

export const TEST_SECRET = 'the secret of the tests'

export interface SignedCall {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly authorization?: string
  readonly perspective?: string
  readonly requestId?: string
  readonly acceptLanguage?: string
}

/** @param url base address of the service */
export const signedCall = async (url: string, call: SignedCall): Promise<Answer> =>
  readAnswer(await signedFetch(url, call))

/**
 * As `signedCall`, for answers of any kind. @param more headers @param signal aborts the request
 */
export function signedFetch(
  url: string,
  call: SignedCall,
  more: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const { query, variables, authorization, perspective, requestId, acceptLanguage } = call
  const body = JSON.stringify({ query, variables })
  const signature = sign(TEST_SECRET, { method: 'POST', path: '/graphql', body, authorization, perspective, requestId })
  const headers = new Headers({ 'content-type': 'application/json', [SIGNATURE_HEADER]: signature, ...more })
  if (authorization !== undefined) headers.set('authorization', authorization)
  if (perspective !== undefined) headers.set(PERSPECTIVE_HEADER, perspective)
  if (requestId !== undefined) headers.set(REQUEST_ID_HEADER, requestId)
  if (acceptLanguage !== undefined) headers.set('accept-language', acceptLanguage)
  return fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: signal ?? null })
}

/** Signed as downloads are, without a caller: the link is the permission. */
export function signedGet(url: string, path: string, method = 'GET'): Promise<Response> {
  const absent = { authorization: undefined, perspective: undefined, requestId: undefined }
  const signature = sign(TEST_SECRET, { method, path, body: '', ...absent })
  return fetch(url + path, { method, headers: { [SIGNATURE_HEADER]: signature } })
}
