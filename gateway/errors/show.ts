/** Compiles the rules for a service's errors into one function. */

import { excerpt } from '../../platform/process/excerpt.ts'
import { isErrorCode } from '../../platform/protocol/errors.ts'
import { type ErrorRules, isServiceCode } from '../config/sections/errors.ts'
import type { ServiceError } from './reported.ts'

interface Shown {
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
  /** True if parts of it are only for the log. */
  readonly isPart: boolean
}

/** `undefined` if the rules let nothing through. */
export type Show = (error: ServiceError) => Shown | undefined

const LONGEST_EXTENSION = 1_000 // characters of JSON
const MOST_OF_EXTENSIONS = 4_000 // characters of JSON, of one error

export function compileShow({
  codes = [],
  messages = [],
  extensions = [],
  defaultCode,
  serviceName,
}: ErrorRules): Show {
  const isLetThrough = chooser(codes)
  const isTold = chooser(messages)
  return ({ service, reported }) => {
    if (!reported) return undefined
    const given = reported.extensions['code']
    const code = given === undefined || given === null ? defaultCode : given
    if (!isServiceCode(code)) return undefined
    const isOfList = isErrorCode(code)
    if (!isOfList && code !== defaultCode && !isLetThrough(code)) return undefined
    const tellsMessage = isOfList || isTold(code)
    return {
      message: tellsMessage ? excerpt(reported.message) : 'Internal error.',
      extensions: {
        ...chosen(extensions, reported.extensions),
        code,
        // The gateway uses such codes, too: `service` marks them as a service's.
        ...((isOfList || serviceName !== false) && { service }),
      },
      isPart: !tellsMessage,
    }
  }
}

function chooser(codes: 'all' | readonly string[]): (code: string) => boolean {
  if (codes === 'all') return () => true
  const listed = new Set(codes)
  return (code) => listed.has(code)
}

/** A value that is too long is left out: half of it would be another value. */
function chosen(names: readonly string[], all: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  let left = MOST_OF_EXTENSIONS
  for (const name of names) {
    if (!Object.hasOwn(all, name)) continue
    const length = JSON.stringify(all[name])?.length ?? Number.POSITIVE_INFINITY
    if (length > LONGEST_EXTENSION || length > left) continue
    left -= length
    shown[name] = all[name]
  }
  return shown
}
