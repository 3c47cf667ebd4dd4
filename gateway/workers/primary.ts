/**
 * Runs several gateway processes on one port: starts them, replaces one that dies, and answers the
 * admin port for all. Serves no requests itself.
 */
import cluster, { type Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { RunningProcess, SupervisorMessage } from '../../platform/process/lifecycle.ts'
import type { Logger } from '../../platform/process/log.ts'
import { Gauge, Registry } from '../../platform/process/prometheus.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import type { AdminCommands } from '../admin/commands.ts'
import { describeMap } from '../map/describe.ts'
import type { CommandName, MapMessage, MapRequest, OutcomeMessage, WorkerCommands } from './messages.ts'
import { createMetricSums, type MetricSums } from './metric-sums.ts'
import { joinStatuses } from './statuses.ts'

export interface RunningWorkers extends RunningProcess {
  /** Base address of the public port. */
  readonly url: string
  readonly commands: AdminCommands
}

const PAUSE = 500 // milliseconds before a dead worker is replaced
const COMMAND_TIMEOUT_MS = 60_000 // milliseconds a worker has for a command
/** Of these for metrics: a scraper gives up after 10 s, and would then get none of any worker. */
const FIGURES_TIMEOUT_MS = 2_000

/** The configuration's settings for it. */
interface WorkerSettings {
  /** How many. */
  readonly workers: number
  readonly host: string
  readonly port: number
}

/** @throws StartRefused if a worker does not start */
export async function startWorkers(
  { workers: count, host, port }: WorkerSettings,
  log: Logger,
): Promise<RunningWorkers> {
  const workers = new Map<number, Worker>()
  const ready = new Set<number>()
  const sums = createMetricSums()
  let stopping = false
  const running = (): readonly Worker[] => [...workers.values()].filter(({ id }) => ready.has(id))
  const state = () => (stopping ? 'draining' : ready.size > 0 ? 'ready' : 'starting')
  const commands = commandsOf(running, sums, state)
  // Workers accept connections themselves. By default this process hands them out: one handed to a
  // worker that was just killed would be lost, and its client would wait for ever.
  cluster.schedulingPolicy = cluster.SCHED_NONE

  // One that starts later belongs to the others, whatever the configuration's file says by then.
  const fixed = { HOST: host, PORT: `${port}`, GATEWAY_WORKERS: `${count}`, WORKERS: '' }
  const start = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const worker = cluster.fork(fixed)
      workers.set(worker.id, worker)
      worker.on('message', (message: SupervisorMessage | MapRequest) => {
        if (message.type === 'map?') return void answerMap(commands, worker, message)
        if (message.type === 'ready') {
          ready.add(worker.id)
          resolve(message.url)
          commands
            .catchUp(worker)
            .catch((error: unknown) => log.error({ err: error }, 'a worker may serve another supergraph'))
        } else if (message.type === 'refused') reject(new StartRefused(message.reason))
      })
      worker.once('exit', (code, signal) => {
        workers.delete(worker.id)
        ready.delete(worker.id)
        sums.end(worker.id)
        reject(new StartRefused('A worker could not start.'))
        if (stopping) return
        log.error({ pid: worker.process.pid, code, signal }, 'a worker died and is replaced')
        void sleep(PAUSE).then(() => (stopping ? undefined : start().catch(() => undefined)))
      })
    })

  const stop = async (): Promise<void> => {
    stopping = true
    await Promise.all(
      [...workers.values()].map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once('exit', () => resolve())
            worker.process.kill('SIGTERM')
          }),
      ),
    )
  }

  const urls = await Promise.all(Array.from({ length: count }, start)).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return { url: urls[0] ?? '', commands, stop }
}

interface Commands extends AdminCommands {
  /** Lets a worker that begins later serve the supergraph that an operator gave to the others. */
  catchUp(worker: Worker): Promise<void>
}

/** A supergraph that an operator gave. */
interface Given {
  readonly id: string
  readonly supergraph: string
}

/** Sums metrics; sends purges and new supergraphs to all workers. */
function commandsOf(workers: () => readonly Worker[], sums: MetricSums, state: AdminCommands['state']): Commands {
  const own = new Registry()
  new Gauge({
    name: 'tributary_workers',
    help: 'Processes that share the port and take requests',
    registers: [own],
    collect() {
      this.set(workers().length)
    },
  })
  /** A worker that hangs or dies meanwhile counts with its last report. */
  const update = (worker: Worker): Promise<void> =>
    command(worker, 'metrics', null, FIGURES_TIMEOUT_MS).then(
      (metrics) => (worker.isDead() ? undefined : sums.update(worker.id, metrics)),
      () => undefined,
    )
  /** Skips workers that hang or die meanwhile. */
  const fromEach = async <Name extends 'services' | 'reading'>(
    name: Name,
  ): Promise<WorkerCommands[Name]['output'][]> => {
    const asked = workers().map((worker) => command(worker, name, null, FIGURES_TIMEOUT_MS))
    const settled = await Promise.allSettled(asked)
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  }
  /** A worker that dies meanwhile has lost what the command is about. */
  const toAll = async <Name extends CommandName>(name: Name, input: WorkerCommands[Name]['input']) => {
    const asked = workers().map((worker) =>
      command(worker, name, input).then(
        (output) => [output],
        (error: unknown) => {
          if (!worker.isDead()) throw error
          return []
        },
      ),
    )
    return (await Promise.all(asked)).flat()
  }
  let given: Promise<Given | undefined> = Promise.resolve(undefined)
  return {
    async services() {
      return joinStatuses(await fromEach('services'))
    },
    async metrics() {
      await Promise.all(workers().map(update))
      return `${await sums.text()}\n${await own.metrics()}`
    },
    async map() {
      return describeMap(await fromEach('reading'), state())
    },
    state,
    async purge(tags) {
      await toAll('purge', tags)
    },
    async replaceSupergraph(supergraph) {
      const before = given
      const replaced = toAll('replaceSupergraph', supergraph)
      given = replaced.then(
        ([id]) => (id === undefined ? before : { id, supergraph }),
        () => before,
      )
      const [id] = await replaced
      if (id === undefined) throw new Error('no worker is running')
      return id
    },
    async catchUp(worker) {
      const last = await given
      const other = workers().find(({ id }) => id !== worker.id)
      if (!last || !other) return
      // Since then the others may have taken in the file that the worker has read.
      if ((await command(other, 'supergraphId', null, FIGURES_TIMEOUT_MS)) !== last.id) return
      await command(worker, 'replaceSupergraph', last.supergraph)
    },
  }
}

/** A worker serves the map of all. */
async function answerMap(commands: AdminCommands, worker: Worker, { id }: MapRequest): Promise<void> {
  const map = await commands.map().catch(() => null)
  if (worker.isConnected()) worker.send({ type: 'map', id, map } satisfies MapMessage, () => {})
}

let lastId = 0

function command<Name extends CommandName>(
  worker: Worker,
  name: Name,
  input: WorkerCommands[Name]['input'],
  timeout = COMMAND_TIMEOUT_MS,
): Promise<WorkerCommands[Name]['output']> {
  lastId += 1
  const id = lastId
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      worker.off('message', hear)
      worker.off('exit', die)
      settle()
    }
    const hear = (message: OutcomeMessage): void => {
      if (message.type !== 'outcome' || message.id !== id) return
      if ('refused' in message) {
        const { status, code, message: reason } = message.refused
        end(() => reject(new HttpError(status, code, reason)))
      } else if ('failed' in message) end(() => reject(new Error(message.failed)))
      else end(() => resolve(message.output as WorkerCommands[Name]['output']))
    }
    const die = (): void => end(() => reject(new Error('the worker died')))
    const timer = setTimeout(() => end(() => reject(new Error('the worker does not answer'))), timeout)
    worker.on('message', hear)
    worker.once('exit', die)
    // Without a callback, a worker that dies meanwhile would end this process.
    worker.send({ type: 'command', id, name, input }, (error) => {
      if (error) end(() => reject(error))
    })
  })
}
