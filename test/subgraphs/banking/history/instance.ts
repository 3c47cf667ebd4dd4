/** An instance of banking as a separate process. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ReadyMessage } from '../../../../platform/process/lifecycle.ts'

const MAIN = fileURLToPath(new URL('../../../../subgraphs/banking/main.ts', import.meta.url))

export interface Instance {
  readonly process: ChildProcess
  readonly url: string
}

/** @param main the module to run */
export async function startInstance(
  environment: Readonly<Record<string, string>>,
  main: string = MAIN,
): Promise<Instance> {
  const child = fork(main, {
    env: { ...process.env, ...environment },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`An instance ended with ${code} while it started.`))),
  ])) as [ReadyMessage]
  return { process: child, url: ready.url }
}

/** Resolves when it has ended. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}
