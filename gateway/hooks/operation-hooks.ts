/**
 * Hooks that may replace the client's operation. The replacement passes every later check as if the
 * client had sent it.
 */
import { tooLarge } from '../../platform/http/message/body.ts'
import type { HttpRequest } from '../../platform/http/message/message.ts'
import type { HookRequest } from '../config/sections/hooks.ts'
import type { Exchange, Policy } from '../exchange/exchange.ts'
import { applyPolicies } from '../request/apply-policies.ts'
import type { Arrival, HookPoints } from './points.ts'
import type { RunHook } from './run-hook.ts'

type RequestOf = (exchange: Exchange) => HookRequest

/** Before a request's body is read. */
export const arrivalPolicy =
  (arrival: Arrival, run: RunHook, requestOf: RequestOf, bodyBytes: number): Policy =>
  async (exchange) => {
    const { request } = exchange
    const hasBody = request.method === 'POST'
    const body = arrival.readsBody && hasBody ? await request.readText(bodyBytes) : undefined
    const changed = await run('RouterRequest', exchange, () => arrival.run(requestOf(exchange), hasBody, body))
    const text = changed ?? body
    if (text !== undefined) exchange.request = withBody(request, text, body !== undefined)
  }

/** For an operation by WebSocket. Its request stays that of the socket, by which streams count. */
export const messagePolicy =
  (arrival: Arrival, run: RunHook, requestOf: RequestOf): Policy =>
  async (exchange) =>
    void (await run('RouterRequest', exchange, () => arrival.run(requestOf(exchange), false, undefined)))

/** @param wasRead whether its own body was read already, which is possible only once */
const withBody = (request: HttpRequest, text: string, wasRead: boolean): HttpRequest => ({
  ...request,
  async readText(limit) {
    if (!wasRead) await request.readText(limit)
    requireSize(text, limit)
    return text
  },
})

interface ParameterOptions {
  /** Maximum bytes of an operation. */
  readonly bodyBytes: number
  /** Policies that apply to a replaced operation. */
  readonly again: readonly Policy[]
}

/** Runs once the text of an operation is known, before it is parsed. */
export const parametersPolicy =
  (
    onParameters: NonNullable<HookPoints['onParameters']>,
    run: RunHook,
    requestOf: RequestOf,
    { bodyBytes, again }: ParameterOptions,
  ): Policy =>
  async (exchange) => {
    const { parameters } = exchange
    const changed = await run('SupergraphRequest', exchange, () => onParameters(requestOf(exchange), parameters))
    if (!changed) return
    requireSize(JSON.stringify(changed), bodyBytes)
    exchange.parameters = changed
    exchange.tracing = undefined // the policies begin one if it is still requested
    await applyPolicies(again, exchange)
  }

/** @throws HttpError 413 */
function requireSize(text: string, limit: number): void {
  if (Buffer.byteLength(text) > limit) throw tooLarge(limit)
}
