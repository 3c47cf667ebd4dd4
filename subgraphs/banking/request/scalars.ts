/** The scalars of banking. GraphQL reports a refused value as bad input, with the argument. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import { GraphQLDateTimeISO } from 'graphql-scalars' // MIT; the scalars of the GraphQL field
import { isPlainDate } from '../dates/plain-date.ts'
import { parseMinorUnits } from '../money/amount.ts'
import { exponentOf } from '../money/currencies.ts'

/** A scalar that is a string on the wire. @param parse returns undefined for an invalid text */
export function textScalar<Value>(
  name: string,
  expected: string,
  parse: (text: string) => Value | undefined,
  textOf: (value: Value) => string = String,
): GraphQLScalarType<Value, string> {
  const read = (input: unknown): Value => {
    const value = typeof input === 'string' ? parse(input) : undefined
    if (value === undefined) throw new GraphQLError(`${name} must be ${expected}.`)
    return value
  }
  return new GraphQLScalarType<Value, string>({
    name,
    serialize: (value) => textOf(value as Value),
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  })
}

const readInstant = (instant: Date): Date => {
  if (instant.getUTCFullYear() >= 1 && instant.getUTCFullYear() <= 9_999) return instant
  throw new GraphQLError('DateTime must be in the years 1 to 9999, UTC.')
}

/** The library's scalar, limited to the years that the database supports. */
const instantScalar = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  parseValue: (value) => readInstant(GraphQLDateTimeISO.parseValue(value)),
  parseLiteral: (node, variables) => readInstant(GraphQLDateTimeISO.parseLiteral(node, variables)),
})

export const scalars = {
  MinorUnits: textScalar('MinorUnits', 'a string of digits within 64 bits', parseMinorUnits),
  CurrencyCode: textScalar('CurrencyCode', 'an ISO 4217 code such as "EUR"', (text) =>
    exponentOf(text) === undefined ? undefined : text,
  ),
  Date: textScalar('Date', 'a calendar date such as "2026-06-01"', (text) => (isPlainDate(text) ? text : undefined)),
  DateTime: instantScalar,
}
