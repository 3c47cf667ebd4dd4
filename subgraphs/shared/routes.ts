/** Routes requests to a service, and answers refusals. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { bodyOfError, HttpError, JSON_HEADERS, sendJson } from '../../platform/http/message/http-error.ts'
import type { HttpReply, HttpRequest } from '../../platform/http/message/message.ts'
import { replyOf, requestOf } from '../../platform/http/message/node-messages.ts'
import type { Logger } from '../../platform/process/log.ts'
import { CALL_HEADER } from '../../platform/protocol/signature.ts'
import type { createAdmission } from './admission.ts'
import type { ServiceExecutor } from './apollo.ts'
import type { Service } from './service.ts'
import type { ReadSigned } from './signed-request.ts'
import { writerHeader } from './writer-header.ts'

export const MAX_BODY = 4 * 1024 * 1024 // bytes; the gateway's own limit is lower, entity batches are larger

export type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>

interface OperationOptions {
  readonly service: Pick<Service<object>, 'explain' | 'writes'>
  readonly log: Logger
  readonly readSigned: ReadSigned
  readonly admit: ReturnType<typeof createAdmission>
  readonly answer: ServiceExecutor['answer']
}

/** Answers an operation, or its refusal, from either HTTP reader. */
type AnswerOperation = (request: HttpRequest, reply: HttpReply) => Promise<void>

export const createAnswerOperation =
  ({ service, log, readSigned, admit, answer }: OperationOptions): AnswerOperation =>
  async (request, reply) => {
    const callId = request.headers[CALL_HEADER]?.toString()
    // For refusals too: the gateway discards an answer without its call id.
    const identity = callId === undefined ? [] : [CALL_HEADER, callId]
    const headers = (): readonly string[] => [...identity, ...writerHeader(service)]
    try {
      const body = await request.readText(MAX_BODY)
      const signed = readSigned(request, request.url, body)
      const turn = admit(signed.authorization ?? '')
      if (turn) await turn
      // The gateway cancelled it while it waited, before any work.
      if (!reply.isClosed()) await answer(signed, body, reply, headers)
    } catch (error) {
      const { status, content, more } = refusalOf(error, service, log)
      reply.send(
        status,
        [...headers(), ...Object.entries({ ...JSON_HEADERS, ...more }).flat()],
        Buffer.from(JSON.stringify(content)),
      )
    }
  }

/** The answer to a refused request. @throws error if it is unexpected */
function refusalOf(error: unknown, service: Pick<Service<object>, 'explain'>, log: Logger) {
  if (error instanceof HttpError) return { status: error.status, content: bodyOfError(error), more: error.headers }
  const explained = service.explain?.(error)
  if (!explained) throw error
  log.warn({ err: error }, explained.message)
  return { status: 503, content: { errors: [explained] }, more: {} }
}

interface Routes {
  readonly answerGet: Answer
  readonly answerOperation: AnswerOperation
  readonly answerStream: Answer
  readonly wantsStream: (headers: IncomingHttpHeaders) => boolean
  readonly service: Pick<Service<object>, 'explain' | 'post'>
  readonly log: Logger
}

/** Requests that the fast path leaves to Node. */
export const createRoutes =
  ({ answerGet, answerOperation, answerStream, wantsStream, service, log }: Routes) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/'
    const isOperation = request.method === 'POST' && path === '/graphql'
    if (isOperation && !wantsStream(request.headers))
      return answerOperation(
        requestOf(request, (peer) => peer),
        replyOf(response),
      )
    const callId = request.headers[CALL_HEADER]
    // For refusals and files too: the gateway discards an answer without its call id.
    if (callId !== undefined) response.setHeader(CALL_HEADER, callId)
    try {
      if (request.method === 'GET' || request.method === 'HEAD') await answerGet(request, response, path)
      else if (isOperation) await answerStream(request, response, path)
      else if (request.method !== 'POST' || !(await answerOwn(service, request, response, path)))
        throw new HttpError(405, 'BAD_USER_INPUT', 'Operations are sent with POST to /graphql.', { allow: 'POST' })
    } catch (error) {
      if (response.headersSent) throw error
      const { status, content, more } = refusalOf(error, service, log)
      sendJson(response, status, content, more)
    }
  }

/** False if the service takes nothing at the path. */
async function answerOwn(
  { post }: Pick<Service<object>, 'post'>,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  const answer = post?.(request, path)
  if (!answer) return false
  const body = await answer
  response.writeHead(200, { ...JSON_HEADERS, 'content-length': Buffer.byteLength(body) }).end(body)
  return true
}
