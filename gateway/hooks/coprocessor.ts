/**
 * Hooks that call a coprocessor by HTTP, with the messages of Apollo Router's coprocessors (version
 * 1). It may refuse, set headers, change the context that its stages share, and replace operations
 * and answers.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from '../../platform/process/log.ts'
import type { CoprocessorSettings, Stage } from '../config/sections/coprocessor.ts'
import type { HookAnswer, HookOperation, HookRequest, HookServiceRequest } from '../config/sections/hooks.ts'
import type { Parameters } from '../exchange/exchange.ts'
import { checkParameters } from '../request/policies/parameters.ts'
import { type CoprocessorAnswer, createAskStage, withoutNulls } from './ask-coprocessor.ts'
import { checked } from './checked-header.ts'
import type { HookPoints } from './points.ts'
import { checkedReplacement } from './replacement.ts'
import { changedMessage, toldOf } from './router-response.ts'

/** Hooks for the stages that are set. */
export function coprocessorHooks(
  settings: CoprocessorSettings,
  log: Logger,
): { readonly hooks: Partial<HookPoints>; close(): void } {
  const { stages } = settings
  const { ask, close } = createAskStage(settings, log)
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
    let told: unknown
    const body = () => (told = given.body())
    const change = await ask(stage, { ...about(given), headers: undefined, body }, (answer) => changeIn(answer, told))
    for (const [name, value] of change?.headers ?? []) given.setHeader(name, value)
    if (change?.body) given.replace(change.body)
  }
  type OfCall = Pick<HookServiceRequest, 'service' | 'requestId' | 'traceparent' | 'request'>
  const ofCall = ({ service, requestId, traceparent, request }: OfCall) => ({
    requestId,
    traceparent,
    context: request?.context,
    more: { serviceName: service },
  })
  const hooks: Partial<HookPoints> = {
    ...(stages.RouterRequest && {
      onArrival: {
        readsBody: stages.RouterRequest.includes('body'),
        run: (given, hasBody, body) => {
          const told = body === undefined ? about(given) : { ...about(given), body: () => body }
          return ask('RouterRequest', told, (answer) => changedText(answer, hasBody, body))
        },
      },
    }),
    ...(stages.RouterResponse && {
      async onResponse(given, message) {
        const told = { ...about(given), ...toldOf(message) }
        const tellsHeaders = stages.RouterResponse?.includes('headers') === true
        return (await ask('RouterResponse', told, (answer) => changedMessage(message, answer, tellsHeaders))) ?? message
      },
    }),
    ...(stages.SupergraphRequest && {
      onParameters: (given, parameters) => {
        const body = operationOf(parameters)
        return ask('SupergraphRequest', { ...about(given), body: () => body }, (answer) =>
          changedOperation(answer, body),
        )
      },
    }),
    ...(stages.SupergraphResponse && {
      onAnswer: (given) => askOfAnswer('SupergraphResponse', given),
    }),
    ...(stages.ExecutionRequest && {
      onExecution: async (given) =>
        void (await ask('ExecutionRequest', { ...about(given), body: request(given) }, nothing)),
    }),
    ...(stages.ExecutionResponse && {
      onExecuted: (given) => askOfAnswer('ExecutionResponse', given),
    }),
    ...(stages.SubgraphRequest && {
      async onServiceRequest(given) {
        const headers = await ask('SubgraphRequest', { ...ofCall(given), body: given.body }, headersIn)
        for (const [name, value] of headers ?? []) given.setHeader(name, value)
      },
    }),
    ...(stages.SubgraphResponse && {
      onServiceResponse: async (given) =>
        void (await ask('SubgraphResponse', { ...ofCall(given), body: given.body }, nothing)),
    }),
  }
  return { hooks, close }
}

/** The operation as the coprocessor sees it, without details such as its persisted id. */
function operationOf({ query, operationName, variables = {}, extensions = {} }: Parameters) {
  const { persistedQuery: _resolved, ...rest } = extensions
  return {
    query,
    ...(operationName !== undefined && { operationName }),
    variables,
    ...(Object.keys(rest).length > 0 && { extensions: rest }),
  }
}

/** @throws Error if it is no operation */
function changedOperation({ body }: CoprocessorAnswer, told: object): Parameters | undefined {
  if (body === undefined || isDeepStrictEqual(withoutNulls(body), told)) return undefined
  try {
    return checkParameters(body)
  } catch (cause) {
    throw new Error('The body of SupergraphRequest must be an operation.', { cause })
  }
}

/** @throws Error if it is no text, or if the request cannot have a body */
function changedText({ body }: CoprocessorAnswer, hasBody: boolean, told?: string): string | undefined {
  if (body === undefined || body === told) return undefined
  if (typeof body === 'string' && hasBody) return body
  throw new Error('The body of RouterRequest must be the text of a POST.')
}

/** Cookies cannot be joined (RFC 9110, section 5.3). */
const headersIn = ({ headers = {} }: CoprocessorAnswer): [name: string, value: string][] =>
  Object.entries(headers).flatMap(([name, values]) => {
    const lines = [values].flat()
    const isApart = name.toLowerCase() === 'set-cookie' || lines.length === 0
    return (isApart ? lines : [lines.join(', ')]).map((line) => checked(name, line))
  })

/**
 * Returns nothing if the value came back unchanged: the answer may then still be cached, and its
 * bytes are kept.
 */
function changeIn(answer: CoprocessorAnswer, told: unknown) {
  const body = withoutNulls(answer.body, 'data')
  return {
    headers: headersIn(answer),
    body: body === undefined || isDeepStrictEqual(body, told) ? undefined : checkedReplacement(body),
  }
}

const nothing = (): void => undefined
