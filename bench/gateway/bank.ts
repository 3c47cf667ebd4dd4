/**
 * The product's three schemas with generated answers, to measure what the main query costs the
 * gateway alone.
 */
import { readFileSync } from 'node:fs'
import { type GraphQLFieldResolver, getNamedType, isLeafType, isListType, isNonNullType } from 'graphql'
import type { BenchmarkGraph } from './graph.ts'

/** An object of any type, identified by a number. */
interface Row {
  readonly __typename: string
  readonly id: string
  /** The length of this object's lists. */
  readonly count?: number
}

/** The number of distinct objects that rows share. */
const shared: Readonly<Record<string, number>> = { City: 8, Product: 3, Customer: 1 }
const PARAGRAPH = '<p>These are the terms of this account, in the length that such terms have.</p>'

const leaves: Readonly<Record<string, unknown>> = {
  html: PARAGRAPH.repeat(40),
  temperature: 18.5,
  temperatureMax: 24.5,
}

const resolve: GraphQLFieldResolver<Row | undefined, unknown> = (source, args, _context, info) => {
  if (info.fieldName === 'id') return source?.id
  const type = getNamedType(info.returnType)
  if (isLeafType(type)) return leaves[info.fieldName] ?? `a ${info.fieldName}`
  const row = Number(source?.id ?? 0)
  const make = (number: number): Row => ({
    __typename: type.name,
    id: String(number % (shared[type.name] ?? Number.POSITIVE_INFINITY)),
    count: Number(args['first'] ?? 3),
  })
  const nullable = isNonNullType(info.returnType) ? info.returnType.ofType : info.returnType
  if (!isListType(nullable)) return make(row)
  return Array.from({ length: source?.count ?? 1 }, (_, index) => make(row * 10 + index))
}

export const bank: BenchmarkGraph = {
  name: 'bank',
  services: ['banking', 'weather', 'content'].map((name) => ({
    name,
    schema: new URL(`../../subgraphs/${name}/schema.graphql`, import.meta.url),
  })),
  resolve,
  queries: { main: readFileSync(new URL('../../gateway/operations/1-overview.graphql', import.meta.url), 'utf8') },
}
