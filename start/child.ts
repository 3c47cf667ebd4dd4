/** One child process: spawned, ended, never left behind. Knows nothing of restarts. */
import { fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SupervisorMessage } from '../platform/process/lifecycle.ts'
import type { ProcessSpec } from './processes.ts'
import { errorOutput, showErrors } from './terminal.ts'

export interface Child {
  readonly pid: number | undefined
  /** Resolves to the address it announces; never when it ends before that. */
  readonly announced: Promise<string>
  /**
   * Why it says that it cannot start; `undefined` where it said nothing of the kind. Final once it
   * has ended.
   */
  refusal(): string | undefined
  /**
   * Resolves when it has ended, to how: `exit code 1` or `SIGKILL`; `exit code 0` is the good end
   * of a job.
   */
  readonly ended: Promise<string>
  /** Asks it to end, and insists after a while. Resolves when it has ended. */
  end(): Promise<void>
}

const STOP_TIMEOUT_MS = 30_000 // milliseconds; a child cuts its own stop short before this

/** @param notice gets each line the child wants shown */
export function spawnChild(
  { label, program, flags = [], environment }: ProcessSpec,
  notice: (line: string) => void,
): Child {
  // Its own process group: Ctrl-C in a terminal would otherwise reach every child at once, and they
  // end in order. Its IPC channel is its lifeline: it closes with this process, however this
  // process ends, and the child ends too.
  const child = fork(program, [], {
    detached: true,
    env: environment,
    execArgv: [...flags],
    stdio: ['ignore', 'ignore', errorOutput(), 'ipc'],
  })
  showErrors(child, label)
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
