/**
 * Whether the system can serve: by each server's own word, and by the gateway's word on the
 * services behind it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { StartRefused } from '../platform/process/settings.ts'

/** As the gateway's `/services` tells of each. */
interface InstanceStatus {
  readonly url: string
  readonly health: string
}

const POLL_INTERVAL_MS = 50 // milliseconds between questions
const REQUEST_TIMEOUT_MS = 2_000 // milliseconds for an answer

/**
 * Resolves once `/health/ready` answers 200, or when `gone` says that there is nobody left to ask.
 * @throws StartRefused where the process says that it is of another kind
 */
export const healthy =
  (kind: 'stateful' | 'stateless') =>
  async (url: string, gone: AbortSignal): Promise<void> => {
    while (!gone.aborted) {
      const answer = (await ask(`${url}/health/ready`)) as { service?: string; kind?: string } | undefined
      if (answer?.kind === kind) return
      if (answer)
        throw new StartRefused(
          `${answer.service} is ${kind} by gateway/services.ts and ${answer.kind} by its main.ts: let them agree.`,
        )
      await sleep(POLL_INTERVAL_MS)
    }
  }

/**
 * Resolves once the gateway whose `/services` this is sends calls to all of these instances, or
 * when `gone`.
 */
export async function inUse(services: string, instances: readonly string[], gone: AbortSignal): Promise<void> {
  for (;;) {
    const answer = ((await ask(services)) ?? []) as readonly { readonly instances: readonly InstanceStatus[] }[]
    const known = answer.flatMap((service) => service.instances)
    const used = new Set(known.filter(({ health }) => health === 'healthy').map(({ url }) => url))
    if (gone.aborted || instances.every((url) => used.has(url))) return
    await sleep(POLL_INTERVAL_MS)
  }
}

/** What it answers, as JSON; `undefined` for nothing or any status but success. */
async function ask(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
    const body: unknown = await response.json()
    return response.ok ? body : undefined
  } catch {
    return undefined
  }
}
