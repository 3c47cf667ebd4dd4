import { isRawNumber } from '../../../platform/data/json-exact.ts'

/** An object of the engine's data. */
export type Data = Record<string, unknown>

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
