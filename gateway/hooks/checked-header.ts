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
