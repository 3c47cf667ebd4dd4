/** Accepts requests of the gateway only: each is signed with the shared secret. */
import { listItems } from '../../platform/http/message/fields.ts'
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { HttpRequest } from '../../platform/http/message/message.ts'
import {
  CALL_HEADER,
  CLAIMS_HEADER,
  PERSPECTIVE_HEADER,
  REQUEST_ID_HEADER,
  SIGNATURE_HEADER,
  verifySignature,
} from '../../platform/protocol/signature.ts'
import type { ServiceRequest } from './service-request.ts'

/** @throws HttpError 403 unless the gateway signed exactly this request */
export type ReadSigned = (
  request: Pick<HttpRequest, 'headers'> & { readonly method?: string | undefined },
  path: string,
  body: string,
) => ServiceRequest

export const createReadSigned =
  (secret: string): ReadSigned =>
  (request, path, body) => {
    const header = (name: string): string | undefined => request.headers[name]?.toString()
    const names = header(CLAIMS_HEADER)
    const claims = names === undefined ? undefined : listItems(names).map((name) => [name, header(name) ?? ''] as const)
    const serviceRequest: ServiceRequest = {
      arrived: performance.now(),
      authorization: header('authorization'),
      perspective: header(PERSPECTIVE_HEADER),
      acceptLanguage: header('accept-language'),
      requestId: header(REQUEST_ID_HEADER),
      claims: Object.fromEntries(claims ?? []),
    }
    const { authorization, perspective, requestId } = serviceRequest
    const callId = header(CALL_HEADER)
    const signed = { method: request.method ?? '', path, body, authorization, perspective, requestId, callId, claims }
    if (verifySignature(secret, signed, header(SIGNATURE_HEADER))) return serviceRequest
    throw new HttpError(403, 'FORBIDDEN', 'Only the gateway may call this service.')
  }
