/**
 * What clients see of the errors that services report. Without rules: codes of the closed list,
 * with their messages.
 */
import { z } from 'zod'
import { list, onOff } from './values.ts'

/** Codes about the gateway's own work: from a service they would be false. */
const GATEWAY_ONLY: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'OPERATION_NOT_ALLOWED',
  'INTERNAL',
])

/** Extensions that the gateway writes itself, or never shows. */
const NOT_CHOSEN: ReadonlySet<string> = new Set([
  'code',
  'service',
  'requestId',
  'stacktrace',
  'exception',
  '__proto__',
])

export const isServiceCode = (code: unknown): code is string =>
  typeof code === 'string' && /^[\w.:/-]{1,100}$/.test(code) && !GATEWAY_ONLY.has(code)

const CODE = 'must be codes of up to 100 letters, digits and _.:/-, and none that only the gateway says'
const EXTENSION = 'must be names of extensions, and none that the gateway writes or that tell a stack'

const code = z.string(CODE).refine(isServiceCode, CODE)
const codes = z.union([z.literal('all'), list(code)], { error: "must be 'all' or a list of codes" })

/** Rules for one service; absent parts are those for all. */
export const errorRules = z.strictObject({
  /** Codes let through. */
  codes: codes.optional(),
  /** Codes whose messages are let through. */
  messages: codes.optional(),
  /** Extensions let through with a code. */
  extensions: list(z.string(EXTENSION).refine((name) => name !== '' && !NOT_CHOSEN.has(name), EXTENSION))
    .max(20, 'must be at most 20 names')
    .optional(),
  /** Code for errors without one. */
  defaultCode: code.optional(),
  /**
   * Names the service in each of its errors that is let through; those of the closed list always
   * do.
   */
  serviceName: onOff.optional(),
})

export const errorsSection = errorRules.prefault({})

export type ErrorRules = z.output<typeof errorRules>
