/** Ends this process with the npm that runs it: npm passes signals on while it lives, and cannot when it is killed. */
import type { Environment } from './settings.ts'

const PERIOD = 500 // milliseconds

/** Does nothing outside npm, where a process may outlive the shell that started it. */
export function endWithNpm({ npm_lifecycle_event }: Environment): void {
  if (npm_lifecycle_event === undefined) return
  const npm = process.ppid
  setInterval(() => {
    if (process.ppid !== npm) process.kill(process.pid, 'SIGTERM')
  }, PERIOD).unref()
}
