/**
 * Placeholders in the variables of the shipped operations, for what must be new each time:
 * `{{key}}`, an idempotency key, and `{{tomorrow}}`, the next day in UTC.
 */
const DAY = 86_400_000 // milliseconds
const KEY = 16 // bytes

/** The variables with each placeholder replaced; a key is the same wherever it stands. */
export function fillPlaceholders<Value>(variables: Value, now = Date.now()): Value {
  const values = new Map([
    ['{{key}}', `playground-${randomHex()}`],
    ['{{tomorrow}}', new Date(now + DAY).toISOString().slice(0, 'YYYY-MM-DD'.length)],
  ])
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return values.get(value) ?? value
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)]))
  }
  return fill(variables) as Value
}

/** Not `randomUUID`: browsers have that on secure origins only. */
const randomHex = (): string =>
  [...crypto.getRandomValues(new Uint8Array(KEY))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
