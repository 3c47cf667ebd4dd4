/** Passes on the files that services serve, under the paths of the registry. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import { sendJson } from '../../platform/http/message/http-error.ts'
import { statusOf } from '../../platform/protocol/errors.ts'
import { REQUEST_ID_HEADER } from '../../platform/protocol/signature.ts'
import { traceparentOf } from '../../platform/protocol/trace-context.ts'
import type { Cors } from '../config/sections/cors.ts'
import type { Editions } from '../edition/editions.ts'
import { requestIdOf } from '../exchange/request-id.ts'
import { allowFiles } from './policies/cors.ts'

/** Resolves to false, with nothing written, if the path is not a service's. */
export type ServeFile = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

export function createFiles(editions: Editions, cors: Cors): ServeFile {
  const allow = allowFiles(cors)
  return async (request, response) => {
    const { method, headers, url: path = '/' } = request
    const { edition, release } = editions.hold()
    try {
      const service = edition.traffic.serviceOfPath(path)
      if (service === undefined || (method !== 'GET' && method !== 'HEAD')) return false
      const requestId = requestIdOf(request)
      response.setHeader(REQUEST_ID_HEADER, requestId)
      allow(request, response)
      await edition.traffic
        .download(service, { method, path, headers, requestId, traceparent: traceparentOf(headers) }, response)
        .catch((error: unknown) => refuse(error, requestId, response))
      return true
    } finally {
      release()
    }
  }
}

function refuse(error: unknown, requestId: string, response: ServerResponse): void {
  if (!(error instanceof GraphQLError)) throw error
  const { message, extensions } = error
  sendJson(response, statusOf(extensions['code']), { errors: [{ message, extensions: { ...extensions, requestId } }] })
}
