/**
 * Finds what JSON text can say and JavaScript cannot say again: a number like `1e400` is read as
 * infinity and would be written as `null`.
 */

/** Levels of lists and objects in one value; `JSON.stringify` fails at some thousands. */
const MAX_DEPTH = 1_000

/**
 * Whether parsed JSON can be written as it was read: every number is finite, and nothing is nested
 * too deeply.
 */
export function isWritable(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((item) => isWritable(item, depth - 1))
  for (const name in value) {
    if (!isWritable((value as Readonly<Record<string, unknown>>)[name], depth - 1)) return false
  }
  return true
}
