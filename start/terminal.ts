/** Shows the children's logs: formatted on a terminal, as unchanged JSON lines otherwise. */
import type { ChildProcess } from 'node:child_process'

/**
 * How to open a child's standard error. Without a terminal it is inherited, so no pipe can break
 * when this process dies.
 */
export const errorOutput = (): 'pipe' | 'inherit' => (process.stderr.isTTY ? 'pipe' : 'inherit')

/**
 * Shows a child's log lines under its label, for example `WARN weather 2: a call failed
 * {"requestId":"…"}`.
 */
export async function showErrors({ stderr }: ChildProcess, label: string): Promise<void> {
  if (!stderr) return
  // Imported lazily, MIT; pino's own formatter, needed only with a terminal.
  const { default: pretty } = await import('pino-pretty')
  const messageFormat = `${label}: {msg}`
  stderr.pipe(pretty({ destination: 2, sync: true, singleLine: true, ignore: 'time,pid,hostname,name', messageFormat }))
}
