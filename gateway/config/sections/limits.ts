/** Bounds of requests, by the names of the table in `gateway/limits/limits.ts`. */
import { z } from 'zod'
import { list, onOff } from './values.ts'

const MESSAGE = 'must be a whole number, 0 to switch the limit off'
const MOST = 999_999_999_999

const limit = z.number(MESSAGE).int(MESSAGE).min(0, MESSAGE).max(MOST, MESSAGE).optional()

/** @param measurable the names of limits that need not be enforced */
export const limitsSection = <Name extends string>(names: readonly Name[], measurable: readonly Name[]) =>
  z
    .strictObject({
      ...(Object.fromEntries(names.map((name) => [name, limit])) as Record<Name, typeof limit>),
      /**
       * Limits that refuse nothing and report what they would have refused: names, or all that
       * allow it.
       */
      measure: z
        .union([onOff, list(z.string())], 'must be on, off, or a list of limits')
        .superRefine((value, context) => {
          if (typeof value === 'boolean') return
          for (const name of value.filter((one) => !measurable.some((other) => other === one)))
            context.addIssue({ code: 'custom', message: notMeasured(name, names) })
        })
        .default(false),
    })
    .prefault({} as never) // every name is optional, which the compiler cannot see of computed names

const notMeasured = (name: string, names: readonly string[]): string =>
  names.includes(name)
    ? `names ${name}, which protects the gateway itself and is always enforced`
    : `names ${name}, which is no limit`
