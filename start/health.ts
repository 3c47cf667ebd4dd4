/**
 * Waits until the system can serve: each server reports that it is ready, and the gateway that it
 * uses every instance.
 */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartRefused } from '../platform/process/settings.ts'
import type { System } from './processes.ts'

/** An instance in the gateway's `/services`. */
interface InstanceStatus {
  readonly url: string
  readonly health: string
}

const POLL_INTERVAL_MS = 50 // milliseconds between questions
const REQUEST_TIMEOUT_MS = 2_000 // milliseconds for an answer

/**
 * Resolves once `/health/ready` answers 200, or when `gone` is aborted.
 * @throws StartRefused if the process reports another kind
 */
export const healthy =
  (kind: 'stateful' | 'stateless') =>
  async (url: string, gone: AbortSignal): Promise<void> => {
    while (!gone.aborted) {
      const answer = (await ask(`${url}/health/ready`)) as { service?: string; kind?: string } | undefined
      if (answer?.kind === kind) return
      if (answer)
        throw new StartRefused(
          `${answer.service} is ${kind} by tributary.config.ts and ${answer.kind} by its main.ts: let them agree.`,
        )
      await sleep(POLL_INTERVAL_MS)
    }
  }

/**
 * Resolves once the gateway with these `/services` uses all of these instances, or when `gone` is
 * aborted.
 */
export async function inUse(
  { services, adminToken }: Pick<System, 'services' | 'adminToken'>,
  instances: readonly string[],
  gone: AbortSignal,
): Promise<void> {
  for (;;) {
    const answer = ((await ask(services, adminToken)) ?? []) as readonly {
      readonly instances: readonly InstanceStatus[]
    }[]
    const known = answer.flatMap((service) => service.instances)
    const used = new Set(known.filter(({ health }) => health === 'healthy').map(({ url }) => url))
    if (gone.aborted || instances.every((instance) => used.has(instance))) return
    await sleep(POLL_INTERVAL_MS)
  }
}

/**
 * The JSON answer; `undefined` for no answer or a failure status. Not by `fetch`, which nothing
 * else of this process loads.
 */
async function ask(url: string, token?: string): Promise<unknown> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  try {
    const request = get(url, { headers, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
    request.on('error', () => {}) // also if it breaks within the answer
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const body: unknown = await json(response)
    return response.statusCode === 200 ? body : undefined
  } catch {
    return undefined
  }
}
