/**
 * The whole system as `npm start` runs it: real processes on free ports, with the test's own data
 * folder.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { processEnvironment } from '../../platform/memory/node-flags.ts'
import { descendantsOf, processesIn } from '../support/processes.ts'
import { until } from '../support/until.ts'

export interface Run {
  readonly pid: number
  /** The output so far, standard output and standard error together. */
  output(): string
  /**
   * Resolves when it has ended and closed its output, to its exit code (`null` when it was killed).
   */
  readonly ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
  /** What Ctrl-C does: SIGINT to every process of the terminal's foreground group at once. */
  interrupt(): void
}

/** The way to start it: by Node, for development, or by npm as a user would. */
export type Starter = 'node' | 'dev' | 'npm'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const commands: Readonly<Record<Starter, readonly [string, ...string[]]>> = {
  node: [process.execPath, 'start.ts'],
  dev: [process.execPath, 'start/dev.ts'],
  npm: ['npm', 'start', '--'],
}

/** Runs the start, with only the given settings and Node's compile cache in its environment. */
export function run(
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
  starter: Starter = 'node',
  root = ROOT,
): Run {
  const { PATH = '', HOME = '' } = process.env
  const [command, ...args] = commands[starter]
  const child: ChildProcess = spawn(command, [...args, ...flags], {
    cwd: root,
    env: { PATH, HOME, ...processEnvironment, ...environment },
    detached: true, // a process group of its own, as in a terminal
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text))
  return {
    pid: child.pid as number,
    output: () => output,
    ended: new Promise((resolve) => child.once('close', resolve)),
    kill: (signal) => void child.kill(signal),
    interrupt: () => void process.kill(-(child.pid as number), 'SIGINT'),
  }
}

interface ServiceStatus {
  readonly name: string
  readonly kind: string
  readonly instances: readonly { readonly url: string; readonly pid: number | null; readonly health: string }[]
}

export interface System extends Run {
  /** Address of the graph. */
  readonly url: string
  services(): Promise<readonly ServiceStatus[]>
  /** Every process: the started one, its children, the database server and its backends. */
  processes(): Promise<number[]>
}

/** Starts everything and waits for its `ready` line. */
export async function startSystem(
  dataDir: string,
  {
    flags = [],
    starter = 'node',
    environment = {},
    root = ROOT,
  }: {
    flags?: readonly string[]
    starter?: Starter
    environment?: Readonly<Record<string, string>>
    /** The folder of the sources to run. */
    root?: string
  } = {},
): Promise<System> {
  const started = run({ DATA_DIR: dataDir, PORT: '0', ADMIN_PORT: '0', ...environment }, flags, starter, root)
  let ended = false
  started.ended.then(() => {
    ended = true
  })
  const url = await until(() => {
    if (ended) throw new Error(`The start failed:\n${started.output()}`)
    return /^ready (http:\S+)$/m.exec(started.output())?.[1]
  })
  const services = /^admin +(http:\S+)$/m.exec(started.output())?.[1] ?? ''
  return {
    ...started,
    url,
    services: async () => (await (await fetch(services)).json()) as ServiceStatus[],
    processes: async () => [
      started.pid,
      ...(await descendantsOf(started.pid)),
      ...(await processesIn(`${dataDir}/postgres/cluster`)),
    ],
  }
}

/** The pid of a service's only instance, by the gateway; `undefined` while it gets no calls. */
export const pidOf = async (system: System, name: string): Promise<number | undefined> =>
  pidAmong(await system.services(), name)

/** As `pidOf`, from an answer of the gateway. */
export function pidAmong(services: readonly ServiceStatus[], name: string): number | undefined {
  const instance = services.find((service) => service.name === name)?.instances[0]
  return instance?.health === 'healthy' ? (instance.pid ?? undefined) : undefined
}

interface Answer<Data> {
  readonly data?: Data
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[]
}

/** Sends one operation. @param authorization the header, for a signed-in caller */
export async function ask<Data = Record<string, unknown>>(
  { url }: System,
  operation: { readonly query: string; readonly variables?: unknown },
  authorization = '',
): Promise<Answer<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify(operation),
  })
  return (await response.json()) as Answer<Data>
}
