/** The mock of an object during an operation. Its fields follow from its key. */
import type { GraphQLField } from 'graphql'
import type { Args } from './args.ts'
import type { Echo } from './echo.ts'
import type { Page } from './pages.ts'

export interface MockObject {
  readonly __typename: string
  /** Identifies the object independently of its path: `Account:12345678`. */
  readonly key: string
  /** Id of an object with an identity. */
  readonly id?: string | undefined
  /** Its index in a daily or hourly list. */
  readonly index?: number | undefined
  /** Given values, by field and arguments. */
  readonly given?: Given | undefined
  /** Number of the subscription's event, from 0. */
  readonly event?: number | undefined
  /** Given values that this object repeats. */
  readonly echo?: Echo | undefined
  /** The arguments that led to it, for an object without an identity. */
  readonly asked?: Echo | undefined
  /** The page of a connection and of its page info. */
  readonly page?: Page | undefined
  /** Node and cursor of an edge. */
  readonly edge?: { readonly cursor: string; readonly node: MockObject } | undefined
}

export type AnyField = GraphQLField<unknown, unknown>

/** Exact values by `keyOf`: scalars, or further such maps for objects. */
export interface Given {
  readonly values: ReadonlyMap<string, GivenValue>
  /** The type, if the example names it. */
  readonly typename?: string | undefined
}
export type GivenValue = Given | readonly GivenValue[] | string | number | boolean | null | JsonObject
interface JsonObject {
  readonly [name: string]: unknown
}

export const isGiven = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && 'values' in value && value.values instanceof Map

/** A field with its arguments, as text. */
export function keyOf(field: string, args: Args): string {
  const names = Object.keys(args).sort()
  return names.length === 0 ? field : `${field}(${names.map((name) => `${name}:${textOf(args[name])}`).join(',')})`
}

/** Sorts the members of objects, so that the same arguments give the same text. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  ) ?? 'null'
