/** One child process: spawns it, ends it, and never leaves it behind. Does not restart it. */
import { fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SupervisorMessage } from '../platform/process/lifecycle.ts'
import type { ProcessSpec } from './processes.ts'
import { errorOutput, showErrors } from './terminal.ts'

export interface Child {
  readonly pid: number | undefined
  /** Resolves to the address it announces; never if it ends before. */
  readonly announced: Promise<string>
  /** Why it refused to start, if it did. Final once it has ended. */
  refusal(): string | undefined
  /**
   * Resolves once it has ended, to `exit code 1` or `SIGKILL`; `exit code 0` is a job's success.
   */
  readonly ended: Promise<string>
  /** Sends SIGTERM, and SIGKILL after a while. Resolves once it has ended. */
  end(): Promise<void>
}

const STOP_TIMEOUT_MS = 30_000 // milliseconds; a child ends a hanging stop by itself before this

/** @param notice called with each notice of the child */
export function spawnChild(
  { label, program, flags = [], environment }: ProcessSpec,
  notice: (line: string) => void,
): Child {
  // Its own process group: otherwise Ctrl-C would reach every child at once, and they must end in
  // order. The IPC channel closes however this process ends, and the child ends then.
  const child = fork(program, [], {
    detached: true,
    env: environment,
    execArgv: [...flags],
    stdio: ['ignore', 'ignore', errorOutput(), 'ipc'],
  })
  void showErrors(child, label)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  let refusal: string | undefined
  const announced = new Promise<string>((resolve) => {
    child.on('message', (received) => {
      const message = received as SupervisorMessage
      if (message.type === 'ready') resolve(message.url)
      else if (message.type === 'notice') notice(message.text)
      else refusal = message.reason
    })
  })
  return {
    pid: child.pid,
    announced,
    refusal: () => refusal,
    ended,
    async end() {
      child.kill('SIGTERM')
      const insist = new AbortController()
      sleep(STOP_TIMEOUT_MS, undefined, insist).then(
        () => child.kill('SIGKILL'),
        () => {},
      )
      await ended
      insist.abort()
    },
  }
}
