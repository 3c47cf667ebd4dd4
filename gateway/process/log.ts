/** One logger per process: JSON lines on standard error, so that standard output keeps only what a person or a script waits for. */
import { type Logger, pino } from 'pino' // MIT; the log library of the Node field, JSON by default, redacts by path

export type { Logger } from 'pino'

/** A logger named after its process. Credentials never reach a line, whatever object is logged. */
export function createLogger(name: string, level: string): Logger {
  return pino(
    { name, level, redact: ['*.authorization', '*.headers.authorization', '*.token', '*.secret'] },
    pino.destination({ dest: 2, sync: true }),
  )
}
