/** Checks a header that a hook writes. */
import { isFieldName, isFieldValue } from '../../platform/http/message/fields.ts'
import { isFixedHeader } from '../config/sections/headers.ts'

/**
 * Credentials are part of a call's signature, and have rules of their own.
 * @throws Error for a header that the gateway writes itself, or an invalid one
 */
export function checked(name: string, value: string): [name: string, value: string] {
  const lower = String(name).toLowerCase()
  if (
    typeof value === 'string' &&
    isFieldName(lower) &&
    isFieldValue(value) &&
    !isFixedHeader(lower) &&
    lower !== 'authorization'
  )
    return [lower, value]
  throw new Error(`A hook must not set the header ${JSON.stringify(name)} to this.`)
}

/** Headers of answers that are written beside those of hooks, and would be there twice. */
const WRITTEN: ReadonlySet<string> = new Set(['date', 'x-content-type-options'])

/** The same for a header of an answer. */
export function checkedOfAnswer(name: string, value: string): [name: string, value: string] {
  const [lower, text] = checked(name, value)
  if (!WRITTEN.has(lower)) return [lower, text]
  throw new Error(`A hook must not set the header ${JSON.stringify(name)} of an answer.`)
}
