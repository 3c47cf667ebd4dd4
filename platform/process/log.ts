/**
 * One logger per process: JSON lines on standard error. Standard output is for what a person or
 * script waits for.
 */
// MIT; the log library of the Node field, JSON by default, redacts by path
import { type Logger, pino, stdSerializers } from 'pino'
import { excerpt } from './excerpt.ts'

export type { Logger } from 'pino'

/** A logger named after its process. It redacts credentials in any logged object. */
export function createLogger(name: string, level: string): Logger {
  return pino(
    {
      name,
      level,
      serializers: { err: boundedError },
      redact: ['*.authorization', '*.headers.authorization', '*.token', '*.secret'],
    },
    pino.destination({ dest: 2, sync: true }),
  )
}

const MOST_ITEMS = 100 // of a list, as a path is one
const LONGEST_STACK = 4_000 // characters; a stack begins with the message

/** Bounds what pino writes of an error: messages quote what services and clients sent. */
function boundedError(error: Error): unknown {
  const written: unknown = stdSerializers.err(error)
  if (typeof written !== 'object' || written === null) return written
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [
      name,
      bounded(value, name === 'stack' ? LONGEST_STACK : undefined),
    ]),
  )
}

function bounded(value: unknown, longest?: number): unknown {
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => bounded(item))
  return typeof value === 'string' ? excerpt(value, longest) : value
}
