/**
 * Runs a job to its end, and repeats it a few times if it fails without a reason. Jobs must be safe
 * to repeat.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { StartRefused } from '../platform/process/settings.ts'
import { spawnChild } from './child.ts'
import type { ProcessSpec } from './processes.ts'
import type { Report } from './supervise.ts'

const ATTEMPTS = 3
const DELAY = 500 // milliseconds

/**
 * Resolves once it has succeeded. @throws StartRefused if it never does @throws the signal's reason
 * if aborted, once it has ended
 */
export async function runJob(spec: ProcessSpec, report: Report, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    const startedAt = performance.now()
    report(spec.label, { state: 'starting' })
    const child = spawnChild(spec, (line) => report(spec.label, { state: 'notice', line }))
    const end = (): void => void child.end()
    signal.addEventListener('abort', end, { once: true })
    const how = await child.ended
    signal.removeEventListener('abort', end)
    if (how === 'exit code 0') return report(spec.label, { state: 'done', after: performance.now() - startedAt })
    signal.throwIfAborted()
    const refusal = child.refusal()
    if (refusal !== undefined) throw new StartRefused(refusal)
    if (attempt === ATTEMPTS) throw new StartRefused(`${spec.label} failed ${ATTEMPTS} times (${how}).`)
    report(spec.label, { state: 'died', how, delay: DELAY })
    await sleep(DELAY, undefined, { signal })
  }
}
