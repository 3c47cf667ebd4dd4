/** Tells JSON objects from other JSON values. */

export type JsonRecord = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Also true for `null` and for what is absent. */
export const isOptionalRecord = (value: unknown): value is JsonRecord | null | undefined =>
  value === undefined || value === null || isRecord(value)
