/** Shared by all requests: the schema, its identities, and the effects of mutations. */
import type { GraphQLObjectType, GraphQLSchema } from 'graphql'
import type { Source } from '../schema/source.ts'
import type { AnyField, Given, MockObject } from './objects.ts'

export interface World {
  readonly schema: GraphQLSchema
  readonly seed: number
  readonly sizes: Source['sizes']
  readonly nodes: ReadonlySet<string>
  /** Milliseconds between the events of a subscription. */
  readonly tick: number
  /** Keyed by the root type's name and `keyOf` of the root field. */
  readonly examples: ReadonlyMap<string, Given['values']>
  idField(type: string): string | undefined
  /** The id as clients see it. For types found by id alone it contains the type. */
  publicId(type: string, id: string): string
  /** The inverse of `publicId`. */
  privateId(type: string, id: string): string
  /** The object with this id. @param more further known values */
  entity(type: GraphQLObjectType, id: string, more?: Pick<MockObject, 'given' | 'echo'>): MockObject
  leaf(object: MockObject, field: AnyField): unknown
  /** Remembers the object's changed values. */
  remember(object: MockObject): void
  /** Whether a mutation was sent with this key before. */
  isReplay(key: string): boolean
}

export interface WorldOptions {
  readonly seed: number
  readonly tick: number
  readonly examples: World['examples']
  /** Values of objects from examples, by key. */
  readonly known: ReadonlyMap<string, Given>
}
