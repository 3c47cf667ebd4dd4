/** Shows the children's logs: formatted on a terminal, as unchanged JSON lines otherwise. */
import type { ChildProcess } from 'node:child_process'
import pretty from 'pino-pretty' // MIT; pino's own formatter

/**
 * How to open a child's standard error. Without a terminal it is inherited, so no pipe can break
 * when this process dies.
 */
export const errorOutput = (): 'pipe' | 'inherit' => (process.stderr.isTTY ? 'pipe' : 'inherit')

/**
 * Shows a child's log lines under its label, for example `WARN weather 2: a call failed
 * {"requestId":"…"}`.
 */
export function showErrors(child: ChildProcess, label: string): void {
  const messageFormat = `${label}: {msg}`
  const lines = pretty({
    destination: 2,
    sync: true,
    singleLine: true,
    ignore: 'time,pid,hostname,name',
    messageFormat,
  })
  child.stderr?.pipe(lines)
}
