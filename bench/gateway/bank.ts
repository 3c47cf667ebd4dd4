/**
 * The product's three schemas with generated answers, to measure what the main query and a page of
 * weather cost the gateway alone.
 */
import { readFileSync } from 'node:fs'
import {
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql'
import type { BenchmarkGraph } from './graph.ts'
import { scatter } from './market/texts.ts'

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

/** Values of fields that need a certain form or length. */
const leaves: Readonly<Record<string, unknown>> = { html: PARAGRAPH.repeat(40) }

/** Values of types; any other leaf is a text. */
const values: Readonly<Record<string, (row: number, hash: number) => unknown>> = {
  Float: (_row, hash) => (hash % 400) / 10,
  Int: (_row, hash) => hash % 100,
  Boolean: (_row, hash) => hash % 2 === 0,
  Date: (row) => `2026-06-${String(1 + (row % 30)).padStart(2, '0')}`,
  DateTime: (row) => `2026-06-${String(1 + (row % 30)).padStart(2, '0')}T${String(row % 24).padStart(2, '0')}:00:00Z`,
  TimeZone: () => 'Europe/Lisbon',
}

function leaf(type: GraphQLLeafType, field: string, row: number): unknown {
  const hash = scatter(row + field.length * 1_000_003)
  if (isEnumType(type)) return type.getValues()[hash % type.getValues().length]?.value
  return values[type.name]?.(row, hash) ?? `a ${field}`
}

const resolve: GraphQLFieldResolver<Row | undefined, unknown> = (source, args, _context, info) => {
  if (info.fieldName === 'id') return source?.id
  const type = getNamedType(info.returnType)
  const row = Number(source?.id ?? 0)
  if (isLeafType(type)) return leaves[info.fieldName] ?? leaf(type, info.fieldName, row)
  const make = (number: number): Row => ({
    __typename: type.name,
    id: String(number % (shared[type.name] ?? Number.POSITIVE_INFINITY)),
    count: Number(args['first'] ?? 3),
  })
  const nullable = isNonNullType(info.returnType) ? info.returnType.ofType : info.returnType
  if (!isListType(nullable)) return make(row)
  const length = Number(args['hours'] ?? args['days'] ?? source?.count ?? 1)
  return Array.from({ length }, (_, index) => make(row * 10 + index))
}

/** A page of eight cities, 24 hours and a week of each: lists of enums, scalars and numbers. */
const WEATHER = `
  query Weather {
    cities(search: "L", first: 8) {
      edges {
        node {
          id name country latitude longitude timeZone population
          weather {
            provider kind
            current { time temperature apparentTemperature condition description isDay humidity windSpeed pressure }
            hourly(hours: 24) {
              time temperature apparentTemperature condition description isDay precipitation precipitationProbability windSpeed windDirection
            }
            daily(days: 7) {
              date temperatureMax temperatureMin precipitationSum sunshineDuration condition description
              source { provider kind issuedAt }
            }
            sun { date sunrise sunset }
          }
        }
      }
    }
  }`

export const bank: BenchmarkGraph = {
  name: 'bank',
  services: ['banking', 'weather', 'content'].map((name) => ({
    name,
    schema: new URL(`../../subgraphs/${name}/schema.graphql`, import.meta.url),
  })),
  resolve,
  queries: {
    main: readFileSync(new URL('main-query.graphql', import.meta.url), 'utf8'),
    weather: WEATHER,
  },
}
