/**
 * Finds JSON values that JavaScript cannot write back: `1e400` parses to infinity, which is written
 * as `null`.
 */
import { isRawNumber } from './json-exact.ts'

/** Nested lists and objects; `JSON.stringify` fails at some thousands. */
const MAX_DEPTH = 1_000

/**
 * Whether parsed JSON can be written back: every number is finite, and nothing nests too deeply.
 */
export function isWritable(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (isRawNumber(value)) return Number.isFinite(Number(value.rawJSON))
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((item) => isWritable(item, depth - 1))
  for (const name in value) {
    if (!isWritable((value as Readonly<Record<string, unknown>>)[name], depth - 1)) return false
  }
  return true
}
