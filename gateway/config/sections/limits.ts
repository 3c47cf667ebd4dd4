/** Bounds of requests, by the names of the table in `gateway/limits/limits.ts`. */
import { z } from 'zod'

const MESSAGE = 'must be a whole number, 0 to switch the limit off'
const MOST = 999_999_999_999

const limit = z.number(MESSAGE).int(MESSAGE).min(0, MESSAGE).max(MOST, MESSAGE).optional()

export const limitsSection = <Name extends string>(names: readonly Name[]) =>
  z
    .strictObject(Object.fromEntries(names.map((name) => [name, limit])) as Record<Name, typeof limit>)
    .prefault({} as never) // every name is optional, which the compiler cannot see of computed names
