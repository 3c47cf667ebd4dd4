/**
 * Hooks that ask a process by HTTP, in the messages of Apollo Router's coprocessors (version 1). It
 * may refuse, set headers, change the context that its stages share, and replace answers.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { GraphQLError } from 'graphql'
import { z } from 'zod'
import type { Logger } from '../../platform/process/log.ts'
import { codedError, type ErrorCode } from '../../platform/protocol/errors.ts'
import { type Named, namesOf, TRACE_HEADER } from '../../platform/protocol/trace-context.ts'
import type { CoprocessorSettings, Stage } from '../config/sections/coprocessor.ts'
import type {
  HookAnswer,
  HookOperation,
  HookRequest,
  HookServiceRequest,
  ShownError,
} from '../config/sections/hooks.ts'
import type { Stages } from './stages.ts'

const LARGEST = 16 * 1024 * 1024 // bytes of an answer

const answerSchema = z.object({
  version: z.literal(1).optional(),
  stage: z.string().optional(),
  id: z.string().optional(),
  control: z.union([z.literal('continue'), z.object({ break: z.number().int().min(100).max(599) })]).optional(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  context: z.object({ entries: z.record(z.string(), z.unknown()) }).optional(),
  body: z.unknown().optional(),
})
type CoprocessorAnswer = z.output<typeof answerSchema>

/** What there is to tell at a stage. */
interface About extends Named {
  readonly context?: Map<string, unknown> | undefined
  readonly headers?: Readonly<IncomingHttpHeaders> | undefined
  readonly body?: () => unknown
  readonly more?: Readonly<Record<string, unknown>>
}

type AskStage = (stage: Stage, about: About) => Promise<CoprocessorAnswer | undefined>

/** Hooks for the stages that are set. */
export function coprocessorHooks(settings: CoprocessorSettings, log: Logger): Partial<Stages> {
  const { stages } = settings
  const ask = asker(settings, log)
  const about = ({ requestId, traceparent, context, headers, method }: HookRequest) => ({
    requestId,
    traceparent,
    context,
    headers,
    more: { method },
  })
  const request =
    ({ query, operationName, variables }: HookOperation) =>
    () => ({ query, operationName, variables })
  const askOfAnswer = async (stage: Stage, given: HookAnswer): Promise<void> => {
    const answer = await ask(stage, { ...about(given), headers: undefined, body: given.body })
    for (const [name, value] of headersIn(answer)) given.setHeader(name, value)
    if (answer?.body !== undefined) given.replace(replacementIn(answer.body))
  }
  type OfCall = Pick<HookServiceRequest, 'service' | 'requestId' | 'traceparent' | 'request'>
  const ofCall = ({ service, requestId, traceparent, request }: OfCall) => ({
    requestId,
    traceparent,
    context: request?.context,
    more: { serviceName: service },
  })
  return {
    ...(stages.RouterRequest && {
      onRequest: async (given) => void (await ask('RouterRequest', about(given))),
    }),
    ...(stages.SupergraphRequest && {
      onOperation: async (given) => void (await ask('SupergraphRequest', { ...about(given), body: request(given) })),
    }),
    ...(stages.SupergraphResponse && {
      onAnswer: (given) => askOfAnswer('SupergraphResponse', given),
    }),
    ...(stages.ExecutionRequest && {
      onExecution: async (given) => void (await ask('ExecutionRequest', { ...about(given), body: request(given) })),
    }),
    ...(stages.ExecutionResponse && {
      onExecuted: (given) => askOfAnswer('ExecutionResponse', given),
    }),
    ...(stages.SubgraphRequest && {
      async onServiceRequest(given) {
        const answer = await ask('SubgraphRequest', { ...ofCall(given), body: given.body })
        for (const [name, value] of headersIn(answer)) given.setHeader(name, value)
      },
    }),
    ...(stages.SubgraphResponse && {
      onServiceResponse: async (given) => void (await ask('SubgraphResponse', { ...ofCall(given), body: given.body })),
    }),
  }
}

const replacement = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() }).loose()).default([]),
})

function replacementIn(body: unknown): { readonly data?: unknown; readonly errors: readonly ShownError[] } {
  const { data, errors } = replacement.parse(body)
  return { ...(data !== undefined && { data }), errors }
}

const headersIn = (answer: CoprocessorAnswer | undefined): [string, string][] =>
  Object.entries(answer?.headers ?? {}).map(([name, values]) => [name, [values].flat().join(', ')])

function asker({ url, timeout, onFailure, stages }: CoprocessorSettings, log: Logger): AskStage {
  return async (stage, about) => {
    const { requestId: id, context, headers, body, more } = about
    const told = new Set(stages[stage])
    const message = {
      version: 1,
      stage,
      control: 'continue',
      id,
      ...more,
      ...(told.has('headers') && headers && { headers: listed(headers) }),
      ...(told.has('context') && { context: { entries: Object.fromEntries(context ?? []) } }),
      ...(told.has('body') && body && { body: body() }),
    }
    let answer: CoprocessorAnswer
    try {
      answer = answerSchema.parse(await exchanged(url, JSON.stringify(message), timeout, about))
      if ((answer.stage ?? stage) !== stage || (answer.id ?? id) !== id) throw new Error('It answers another request.')
    } catch (error) {
      if (onFailure === 'refuse') throw error
      log.error({ ...namesOf(about), err: error, stage }, 'the coprocessor failed and is passed over')
      return undefined
    }
    if (answer.context && context) {
      context.clear()
      for (const [key, value] of Object.entries(answer.context.entries)) context.set(key, value)
    }
    if (typeof answer.control === 'object') throw refusalOf(answer.control.break, answer.body)
    return answer
  }
}

const listed = (headers: Readonly<IncomingHttpHeaders>): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat()]])),
  )

async function exchanged(url: string, body: string, timeout: number, { traceparent }: Named): Promise<unknown> {
  const signal = AbortSignal.timeout(timeout)
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(traceparent !== undefined && { [TRACE_HEADER]: traceparent }),
  }
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response.body ?? []) {
    size += piece.length
    if (size > LARGEST) throw new Error(`It answers more than ${LARGEST} bytes.`)
    pieces.push(piece)
  }
  if (!response.ok) throw new Error(`It answers ${response.status}.`)
  return JSON.parse(Buffer.concat(pieces).toString())
}

/** Only codes of the closed list reach clients. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'BAD_USER_INPUT'],
  [401, 'UNAUTHENTICATED'],
  [429, 'BUDGET_EXHAUSTED'],
  [503, 'SERVICE_UNAVAILABLE'],
])

const refused = z.union([
  z.string().transform((message) => ({ errors: [{ message }] })),
  z.object({ errors: z.array(z.object({ message: z.string() })).min(1) }),
])

function refusalOf(status: number, body: unknown): GraphQLError {
  const { data } = refused.safeParse(body)
  const code = CODES.get(status) ?? (status >= 500 ? 'INTERNAL' : 'FORBIDDEN')
  return codedError(code, data?.errors[0]?.message ?? 'The coprocessor refused this.')
}
