/** Starts and stops the processes in order. Those that need no database do not wait for it. */
import { once } from 'node:events'
import type { Instance } from './control.ts'
import { healthy, inUse } from './health.ts'
import { runJob } from './job.ts'
import type { ProcessSpec, ServerSpec, System } from './processes.ts'
import { type Report, type Supervised, supervise } from './supervise.ts'

export interface Launched {
  /**
   * Resolves when everything serves; rejects with `StartRefused` when something never will. Stays
   * open once it is stopped.
   */
  readonly ready: Promise<void>
  /** Starts processes again: `gateway`, `database`, `identity`, or all instances of a service. */
  restart(names: ReadonlySet<string>): Promise<void>
  /** Instances of the services started so far. */
  instances(): readonly Instance[]
  /** Runs the migrations. @throws StartRefused */
  migrate(): Promise<void>
  /** Runs a job as long as nothing is stopped. @throws StartRefused */
  run(job: ProcessSpec): Promise<void>
  /** Gateway first, so that no request meets a service that is gone; the database last. */
  stop(): Promise<void>
}

/** @param databaseUrl of a database that runs elsewhere */
export function launch(system: System, databaseUrl: string | undefined, report: Report): Launched {
  const stopping = new AbortController()
  const { signal } = stopping
  const gateway = supervise(system.gateway, healthy('stateless'), report)
  const stateless = system.stateless.map((spec) => supervise(spec, healthy('stateless'), report))
  // Once they say that they are ready they take connections; there is nothing more to ask.
  const database = system.database && supervise(system.database, async () => {}, report)
  const identity = system.identity && supervise(system.identity, async () => {}, report)

  const run = (job: ProcessSpec): Promise<void> => runJob(job, report, signal)
  const migrate = async (): Promise<string> => {
    const url = databaseUrl ?? (database && (await unless(signal, database.ready))) ?? ''
    for (const spec of system.preparations(url)) await run(spec)
    return url
  }
  const prepare = async (): Promise<Supervised[]> => {
    const url = await migrate()
    signal.throwIfAborted()
    return system.stateful(url).map((spec) => supervise(spec, healthy('stateful'), report))
  }
  let started: readonly Supervised[] = []
  const stateful = prepare().then((processes) => {
    started = processes
    return processes
  })
  const serve = async (): Promise<void> => {
    const processes = [gateway, ...stateless, ...(await stateful)]
    const [, ...instances] = await Promise.all(processes.map(({ ready }) => ready))
    await inUse(system, instances, signal)
  }

  return {
    // A process that can never serve is reported at once, even while others are starting.
    ready: Promise.all([serve(), gateway.ready, identity?.ready, ...stateless.map(({ ready }) => ready)]).then(
      () => {},
      (error: unknown) => (signal.aborted ? new Promise(() => {}) : Promise.reject(error)),
    ),
    async restart(names) {
      if (names.has('gateway')) gateway.restart()
      if (names.has('database')) database?.restart()
      if (names.has('identity')) identity?.restart()
      for (const [at, { name }] of system.stateless.entries()) if (names.has(name)) stateless[at]?.restart()
      for (const [at, { name }] of system.stateful('').entries()) if (names.has(name)) (await stateful)[at]?.restart()
    },
    instances: () => [
      ...instancesOf('stateful', system.stateful(''), started),
      ...instancesOf('stateless', system.stateless, stateless),
    ],
    migrate: () => migrate().then(() => {}),
    run,
    async stop() {
      stopping.abort()
      await gateway.stop()
      const services = [...stateless, ...(await stateful.catch(() => []))]
      await Promise.all([...services, identity].map((service) => service?.stop()))
      await database?.stop()
    },
  }
}

const instancesOf = (
  kind: Instance['kind'],
  specs: readonly ServerSpec[],
  processes: readonly Supervised[],
): Instance[] =>
  specs.flatMap(({ name, url }, at) => {
    const process = processes[at]
    return process ? [{ name, url, kind, process }] : []
  })

/** The promise's outcome, or the signal's reason as soon as it is aborted. */
async function unless<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  await Promise.race([promise, once(signal, 'abort')])
  signal.throwIfAborted()
  return await promise
}
