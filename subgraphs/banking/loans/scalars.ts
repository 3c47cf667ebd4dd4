/** The scalars that only loans and statements use. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import { isPlainDate } from '../dates/plain-date.ts'
import { formatRate, parseRate } from './terms.ts'

function readText<Value>(name: string, expected: string, parse: (text: string) => Value | undefined) {
  return (input: unknown): Value => {
    const value = typeof input === 'string' ? parse(input) : undefined
    if (value === undefined) throw new GraphQLError(`${name} must be ${expected}.`)
    return value
  }
}

const readRate = readText('Percentage', 'a string of digits with at most four decimals, such as "4.95"', parseRate)
const readDate = readText('Date', 'a calendar date such as "2026-06-01"', (text) =>
  isPlainDate(text) ? text : undefined,
)

export const loanScalars = {
  Percentage: new GraphQLScalarType<bigint, string>({
    name: 'Percentage',
    serialize: (rate) => formatRate(rate as bigint),
    parseValue: readRate,
    parseLiteral: (node) => readRate(node.kind === Kind.STRING ? node.value : undefined),
  }),
  Date: new GraphQLScalarType<string, string>({
    name: 'Date',
    serialize: String,
    parseValue: readDate,
    parseLiteral: (node) => readDate(node.kind === Kind.STRING ? node.value : undefined),
  }),
}
