/** One process of the demo's product, under the supervisor of `npm start`. */
import { healthy } from '../../start/health.ts'
import type { ProcessSpec, ServerSpec } from '../../start/processes.ts'
import { supervise } from '../../start/supervise.ts'

type Kind = 'stateful' | 'stateless'

export interface Part {
  /** The service that it is an instance of; the label of another. */
  readonly name: string
  /** Its name for people: `weather 2`. */
  readonly label: string
  /** Its base address. */
  readonly url: string
  pid(): number
  /** Milliseconds of its last start. */
  took(): number
  /** Kills it with SIGKILL; resolves when its supervisor has started it again. */
  kill(): Promise<void>
  /** Drains it and starts it again; resolves when it serves. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/**
 * Resolves when it serves.
 * @param kind of a service whose health is checked
 * @param url its address, if a front stands before it
 * @throws StartRefused if it never will
 */
export async function startPart(spec: ProcessSpec | ServerSpec, kind?: Kind, url?: string): Promise<Part> {
  let took = 0
  let waiting: (() => void)[] = []
  const supervised = supervise(spec, kind ? healthy(kind) : async () => undefined, (_label, state) => {
    if (state.state !== 'ready') return
    took = state.after
    for (const resolve of waiting.splice(0)) resolve()
  })
  const servesAgain = (): Promise<void> => new Promise((resolve) => (waiting = [...waiting, resolve]))
  const announced = await supervised.ready.catch(async (error: unknown) => {
    await supervised.stop()
    throw error
  })
  const pid = (): number => supervised.pid() ?? 0
  return {
    name: 'name' in spec ? spec.name : spec.label,
    label: spec.label,
    url: url ?? announced,
    pid,
    took: () => took,
    kill() {
      const again = servesAgain()
      process.kill(pid(), 'SIGKILL')
      return again
    },
    restart() {
      const again = servesAgain()
      supervised.restart()
      return again
    },
    stop: () => supervised.stop(),
  }
}
