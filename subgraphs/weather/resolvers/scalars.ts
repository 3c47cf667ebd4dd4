/** The scalars this service reads from clients or writes by a rule. */
import { GraphQLScalarType, Kind } from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import { dateOf, instantOf, rfc3339 } from '../model/time.ts'

function parseDate(value: unknown): string {
  const real = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(instantOf(value))
  // `Date.parse` rolls 30 February over to March: only a date that comes back unchanged exists.
  if (!real || dateOf(instantOf(value)) !== value) {
    throw codedError('BAD_USER_INPUT', 'A Date is a day of the calendar, written YYYY-MM-DD.')
  }
  return value
}

export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  parseValue: parseDate,
  parseLiteral: (node) => parseDate(node.kind === Kind.STRING ? node.value : undefined),
  serialize: (value) => String(value),
})

/** Only ever written: from Unix milliseconds. */
export const DateTimeScalar = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  serialize: (value) => rfc3339(Number(value)),
})
