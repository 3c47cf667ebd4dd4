/** What a hook or a coprocessor puts in the place of an answer. */
import { isRecord } from '../../platform/data/record.ts'
import type { ShownError } from '../config/sections/hooks.ts'

export interface Replacement {
  readonly data?: unknown
  readonly errors?: readonly ShownError[]
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** @throws Error for what is no answer of GraphQL */
export function checkedReplacement(replacement: unknown): Replacement {
  const { data, errors = [], extensions } = isRecord(replacement) ? replacement : {}
  const more = extensions ?? undefined
  if (Array.isArray(errors) && errors.every(isShown) && (more === undefined || (isRecord(more) && isJson(more))))
    if (data === null || (isRecord(data) && isJson(data)) || (data === undefined && errors.length > 0))
      return { ...(data !== undefined && { data }), errors, ...(more && { extensions: more }) }
  throw new Error('An answer is replaced by an object with data, errors with messages, or both.')
}

/** Whether it is an error of GraphQL that can be written as JSON. */
export const isShown = (error: unknown): error is ShownError =>
  isRecord(error) &&
  typeof error['message'] === 'string' &&
  isPath(error['path'] ?? []) &&
  isRecord(error['extensions'] ?? {}) &&
  isJson(error)

const isPath = (path: unknown): boolean =>
  Array.isArray(path) && path.every((key) => typeof key === 'string' || Number.isInteger(key))

/** What contains itself, or a `bigint`, would fail later, and with it all else of the answer. */
function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value)?.startsWith('{') === true // `toJSON` may make something else of it
  } catch {
    return false
  }
}
