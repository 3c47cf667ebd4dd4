/** Passes on the files that services serve, under the paths of the registry. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import type { ClientAddress } from '../../platform/http/message/client-address.ts'
import { HttpError, sendHttpError, sendJson } from '../../platform/http/message/http-error.ts'
import type { CredentialsOf } from '../../platform/protocol/credentials.ts'
import { statusOf } from '../../platform/protocol/errors.ts'
import { REQUEST_ID_HEADER } from '../../platform/protocol/signature.ts'
import { traceparentOf } from '../../platform/protocol/trace-context.ts'
import type { Cors } from '../config/sections/cors.ts'
import type { Editions } from '../edition/editions.ts'
import { requestIdOf } from '../exchange/request-id.ts'
import { createAddressShares } from '../limits/address-shares.ts'
import type { Limits } from '../limits/limits.ts'
import type { Measuring } from '../limits/measuring.ts'
import type { ReportLimit } from '../limits/report.ts'
import { allowFiles } from './policies/cors.ts'

/** Resolves to false, with nothing written, if the path is not a service's. */
export type ServeFile = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

interface FilesOptions {
  readonly editions: Editions
  readonly cors: Cors
  /** Where a request carries its token. */
  readonly credentialsOf: CredentialsOf
  readonly clientAddress: ClientAddress
  readonly limits: Pick<Limits, 'filesPerAddress'>
  readonly measuring: Measuring | undefined
  readonly reportLimit: ReportLimit
  /** Files in work by address, of all configurations in use. */
  readonly fileCounts: Map<string, number>
}

export function createFiles({ editions, cors, credentialsOf, fileCounts, ...bounds }: FilesOptions): ServeFile {
  const allow = allowFiles(cors)
  // A client that does not read holds a connection to the service for as long as it is let.
  const take = createAddressShares('filesPerAddress', bounds, fileCounts)
  return async (request, response) => {
    const { method, headers, url: path = '/' } = request
    const { edition, release } = editions.hold()
    try {
      const service = edition.traffic.serviceOfPath(path)
      if (service === undefined || (method !== 'GET' && method !== 'HEAD')) return false
      const requestId = requestIdOf(request)
      response.setHeader(REQUEST_ID_HEADER, requestId)
      allow(request, response)
      const giveBack = take(request)
      if (!giveBack) {
        sendHttpError(response, TOO_MANY)
        return true
      }
      try {
        const named = { requestId, traceparent: traceparentOf(headers) }
        await edition.traffic
          .download(service, { method, path, authorization: credentialsOf(headers), headers, ...named }, response)
          .catch((error: unknown) => refuse(error, requestId, response))
      } finally {
        giveBack()
      }
      return true
    } finally {
      release()
    }
  }
}

const TOO_MANY = new HttpError(429, 'BUDGET_EXHAUSTED', 'This address fetches too many files at once: try again.', {
  'retry-after': '1', // seconds
})

function refuse(error: unknown, requestId: string, response: ServerResponse): void {
  if (!(error instanceof GraphQLError)) throw error
  const { message, extensions } = error
  sendJson(response, statusOf(extensions['code']), { errors: [{ message, extensions: { ...extensions, requestId } }] })
}
