/** Asks every instance how it is, so that one that came back is used at once and the admin port knows the processes. Decides nothing about single calls. */
import type { Instance } from './instance.ts'

const INTERVAL = 1_000 // milliseconds
const TIMEOUT = 2_000 // milliseconds

/** Starts asking; the result stops it. */
export function probeHealth(instances: readonly Instance[]): () => void {
  const stopping = new AbortController()
  const round = (): void => {
    for (const instance of instances) void probe(instance, stopping.signal)
  }
  round()
  const timer = setInterval(round, INTERVAL).unref()
  return () => {
    clearInterval(timer)
    stopping.abort()
  }
}

async function probe(instance: Instance, stopping: AbortSignal): Promise<void> {
  try {
    const deadline = performance.now() + TIMEOUT
    const { answer } = instance.http.send({ method: 'GET', path: '/health/ready', headers: [], body: '', deadline })
    const { status, text } = await answer
    const { pid } = JSON.parse(text) as { pid?: unknown }
    instance.pid = typeof pid === 'number' ? pid : undefined
    if (status === 200) instance.breaker.succeeded()
    else instance.breaker.trip(performance.now())
  } catch {
    if (stopping.aborted) return
    instance.pid = undefined
    instance.breaker.trip(performance.now())
  }
}
