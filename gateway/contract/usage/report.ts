/**
 * Reports recorded use of a schema: who uses what, what nobody uses, and whom a removal breaks.
 * Pure.
 */
import { type GraphQLNamedType, type GraphQLSchema, isEnumType, isIntrospectionType } from 'graphql'
import { anyValueOf, membersIn } from '../../usage/coordinates.ts'
import { throughAbstract } from '../changes/read-as.ts'
import { type Deprecated, deprecatedUse } from '../checks/deprecated.ts'
import { type Affected, affectedOf } from '../checks/judge.ts'
import { order, orderOfVersions, type RecordedUse } from '../checks/recorded.ts'
import type { Use } from '../checks/use.ts'

interface ClientVersion {
  readonly client: string
  readonly version: string
  readonly requests: number
  readonly operations: number
  readonly first: string
  readonly last: string
}

/** Unused members of a type. */
export interface Unused {
  readonly type: string
  /** Schema coordinates. */
  readonly members: readonly string[]
  /** Whether all of its members are unused. */
  readonly isWhole: boolean
}

interface Removal {
  readonly coordinate: string
  readonly affected: readonly Affected[]
}

export interface UsageReport {
  readonly first: string
  readonly last: string
  readonly requests: number
  /** Ordered by client, then by version, the oldest first. */
  readonly clients: readonly ClientVersion[]
  readonly unused: readonly Unused[]
  readonly deprecated: readonly Deprecated[]
  readonly removals: readonly Removal[]
}

interface UsageInput {
  readonly schema: GraphQLSchema
  readonly recorded: readonly RecordedUse[]
  /** Operations of the project, which may be sent although none was recorded. */
  readonly written: readonly Use[]
  readonly without: readonly string[]
}

export function usageReport({ schema, recorded, written, without }: UsageInput): UsageReport {
  const days = recorded.flatMap(({ first, last }) => [first, last]).sort()
  return {
    first: days[0] ?? '',
    last: days.at(-1) ?? '',
    requests: recorded.reduce((sum, { requests }) => sum + requests, 0),
    clients: clientsOf(recorded),
    unused: unusedOf(schema, recorded),
    deprecated: deprecatedUse(schema, recorded),
    removals: without.map((coordinate) => ({
      coordinate,
      affected: affectedBy(schema, coordinate, [...recorded, ...written]),
    })),
  }
}

function clientsOf(recorded: readonly RecordedUse[]): readonly ClientVersion[] {
  const groups = Map.groupBy(recorded, ({ client, version }) => JSON.stringify([client, version]))
  return [...groups.values()]
    .map((uses) => ({
      client: uses[0]?.client ?? '',
      version: uses[0]?.version ?? '',
      requests: uses.reduce((sum, { requests }) => sum + requests, 0),
      operations: uses.length,
      first: uses.map(({ first }) => first).sort()[0] ?? '',
      last:
        uses
          .map(({ last }) => last)
          .sort()
          .at(-1) ?? '',
    }))
    .toSorted((one, other) => order(one.client, other.client) || orderOfVersions(one.version, other.version))
}

function unusedOf(schema: GraphQLSchema, recorded: readonly RecordedUse[]): readonly Unused[] {
  const used = new Set(recorded.flatMap(({ uses }) => [...uses.keys()]))
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isIntrospectionType(type)) return []
    // An operation that reads an enum may get any value.
    const all = isEnumType(type) && used.has(anyValueOf(type.name)) ? [] : membersOf(type)
    const members = all.filter((one) => !throughAbstract(schema, one).some((each) => used.has(each)))
    return members.length === 0 ? [] : [{ type: type.name, members, isWhole: members.length === all.length }]
  })
}

const membersOf = (type: GraphQLNamedType): readonly string[] => membersIn(type).map(([coordinate]) => coordinate)

/** Whether a schema has this coordinate. */
export const isCoordinate = (schema: GraphQLSchema, coordinate: string): boolean => {
  const type = schema.getType(coordinate.split('.')[0] ?? '')
  return type !== undefined && (coordinate === type.name || membersOf(type).includes(coordinate))
}

function affectedBy(schema: GraphQLSchema, coordinate: string, uses: readonly Use[]): readonly Affected[] {
  const anyOf = readAs(schema, coordinate)
  return uses.filter((use) => anyOf.some((one) => use.uses.has(one))).map((use) => affectedOf(use, anyOf))
}

/** Removing a member removes all coordinates by which it is read; a type may be removed alone. */
function readAs(schema: GraphQLSchema, coordinate: string): readonly string[] {
  const type = schema.getType(coordinate.split('.')[0] ?? '')
  if (type?.name === coordinate) return [coordinate]
  return isEnumType(type) ? [coordinate, anyValueOf(type.name)] : throughAbstract(schema, coordinate)
}
