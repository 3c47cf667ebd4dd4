import { isWritable } from '../../../platform/data/json-safe.ts'
import { Failure, UNWRITABLE } from '../answer/failure.ts'

/** A leaf as it is sent to another service, or the failure that took it or one of its items. */
export const leafInput = (value: unknown): unknown => (isWritable(value) ? (failureIn(value) ?? value) : UNWRITABLE)

function failureIn(value: unknown): Failure | undefined {
  if (!Array.isArray(value)) return value instanceof Failure ? value : undefined
  for (const item of value) {
    const failure = failureIn(item)
    if (failure) return failure
  }
  return undefined
}
