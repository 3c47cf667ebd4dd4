/** Tells a database that went away, after which nobody knows, from a database that said no and from a fault of our own. */
import { GraphQLError } from 'graphql'
import { DatabaseError } from 'pg'
import { z } from 'zod'

/** SQLSTATE classes after which the same transaction may well succeed: connection, resources, shutdown, conflict. */
const PASSING = /^(08|53|57P|40)/

const OWN_FAULTS = [TypeError, RangeError, SyntaxError, ReferenceError, GraphQLError]

/** Where the SQLSTATE is: in Prisma's errors as its adapter puts it, and in the driver's own. */
const prismaError = z.object({
  meta: z.object({ driverAdapterError: z.object({ cause: z.object({ originalCode: z.string() }) }) }),
})

const sqlState = (error: unknown): string | undefined =>
  error instanceof DatabaseError
    ? error.code
    : prismaError.safeParse(error).data?.meta.driverAdapterError.cause.originalCode

/** True where the outcome is unknown or the database may be back soon; false where trying again cannot help. */
export function isOutage(error: unknown): boolean {
  if (OWN_FAULTS.some((kind) => error instanceof kind)) return false
  const state = sqlState(error)
  return state === undefined || PASSING.test(state)
}
