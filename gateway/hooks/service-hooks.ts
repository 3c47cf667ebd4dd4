/** The hooks around calls to services. */
import type { HookRequest, HookServiceRequest, HookSettings } from '../config/sections/hooks.ts'
import { textOf } from '../traffic/call/answer.ts'
import { CallFailure } from '../traffic/call/failure.ts'
import type { ServiceDefinition } from '../traffic/call/kind.ts'
import type { ServiceCall } from '../traffic/call/send.ts'
import type { Reply } from '../traffic/call/step.ts'
import type { TrafficHooks } from '../traffic/hooks.ts'
import { checked } from './checked-header.ts'
import type { RunHook } from './run-hook.ts'

type AnyCall = Pick<ServiceCall, 'body' | 'context'>

/** @param requestOf returns the client's request of a call, as hooks see it */
export function hookTraffic(
  { onServiceRequest, onServiceResponse }: HookSettings,
  run: RunHook,
  requestOf: (exchange: object) => HookRequest,
): TrafficHooks | undefined {
  if (!onServiceRequest && !onServiceResponse) return undefined
  const about = ({ name, kind }: ServiceDefinition, { context }: AnyCall, attempt: number) => ({
    service: name,
    kind,
    requestId: context.requestId,
    traceparent: context.traceparent,
    attempt,
    request: kind === 'stateful' && context.exchange ? requestOf(context.exchange) : undefined,
  })
  const prepared = async <Call extends AnyCall>(
    service: ServiceDefinition,
    call: Call,
    attempt: number,
  ): Promise<Call> => {
    if (!onServiceRequest) return call
    const added = new Map<string, string>()
    const claims = service.kind === 'stateful' ? service.claims : undefined
    const request: HookServiceRequest = {
      ...about(service, call, attempt),
      body: () => JSON.parse(call.body.bytes.toString()) as unknown,
      setHeader(name, value) {
        const [key, text] = checked(name, value)
        if (claims && Object.hasOwn(claims, key)) throw new Error(`The header ${key} tells a claim of the token.`)
        added.set(key, text)
      },
    }
    await run('onServiceRequest', call.context, () => onServiceRequest(request))
    return added.size === 0 ? call : { ...call, added: [...added].flat() }
  }
  return {
    aroundTry(service, next) {
      return async (work, asked) => {
        const attempt = asked.size + 1
        const call = await prepared(service, work.call, attempt)
        if (!onServiceResponse) return unlent(await next({ ...work, call }, asked))
        const started = performance.now()
        const tell = (failed: string | undefined, body: () => unknown): Promise<void> =>
          run('onServiceResponse', call.context, () =>
            onServiceResponse({
              ...about(service, call, attempt),
              milliseconds: performance.now() - started,
              failed,
              body,
            }),
          )
        const reply = await next({ ...work, call }, asked).catch(async (error: unknown) => {
          await tell(error instanceof CallFailure ? error.code : 'INTERNAL', () => undefined)
          throw error
        })
        await tell(undefined, () => JSON.parse(textOf(reply.answer.body)))
        return unlent(reply)
      }
    },
    beforeStream: (service, call) => prepared(service, call, 1),
  }
}

/**
 * Nobody takes back the memory of a call's texts: a hook may read them when the request is over,
 * and must not find those of another request.
 */
const unlent = (reply: Reply): Reply =>
  reply.answer.loan ? { ...reply, answer: { ...reply.answer, loan: undefined } } : reply
