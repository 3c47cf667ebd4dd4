/** Ends this process when the npm that runs it is killed: npm passes on other signals only. */
import type { Environment } from './settings.ts'

const PERIOD = 500 // milliseconds

/** Does nothing outside npm, where a process may outlive its shell. */
export function endWithNpm({ npm_lifecycle_event }: Environment): void {
  if (npm_lifecycle_event === undefined) return
  const npm = process.ppid
  setInterval(() => {
    if (process.ppid !== npm) process.kill(process.pid, 'SIGTERM')
  }, PERIOD).unref()
}
