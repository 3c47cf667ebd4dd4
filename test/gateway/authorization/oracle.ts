/**
 * Expected answers for a caller, from one plain schema whose forbidden fields fail, and calls that
 * must not be made for the caller.
 */
import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  defaultTypeResolver,
  execute,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  getNamedType,
  isAbstractType,
  Kind,
  parse,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { SentCall } from '../execution/support/federation.ts'
import { resolverOf, type Universe } from '../execution/support/universe.ts'
import type { Guarded } from './access-universe.ts'
import { type Rule, refusalOf, type TestCaller } from './callers.ts'

export interface Told {
  readonly data: unknown
  readonly errors: readonly { readonly path?: readonly (string | number)[] | undefined; readonly message: string }[]
}

export interface Oracle {
  answer(query: string, variables: Readonly<Record<string, unknown>>, caller: TestCaller): Promise<Told>
  /**
   * Fields of a request to a service that the caller may not see of some object that they may be
   * asked of there. Fields of keys do not count.
   */
  forbiddenIn(call: Pick<SentCall, 'service' | 'query' | 'variables'>, caller: TestCaller): string[]
}

/** Messages of errors: the field is denied, or the object that it led to is. */
const DENIED = 'denied'
const DENIED_OBJECT = 'denied object'

interface OracleError {
  readonly message: string
}

export const isDeniedField = ({ message }: OracleError): boolean => message === DENIED
export const isDenied = ({ message }: OracleError): boolean => message === DENIED || message === DENIED_OBJECT

export function createOracle(universe: Universe, plain: GraphQLSchema, guarded: Guarded): Oracle {
  const schemas = new Map(
    Object.entries(guarded.typeDefs).map(([name, text]) => [name, buildSubgraphSchema({ typeDefs: parse(text) })]),
  )
  return {
    async answer(query, variables, caller) {
      const document = parse(query)
      const isLacked = (needed: Iterable<Rule>): boolean => refusalOf(caller, needed) !== undefined
      /** Places of the document that are denied whatever object they are asked of. */
      const places = new Set<number | undefined>()
      const info = new TypeInfo(plain)
      visit(
        document,
        visitWithTypeInfo(info, {
          Field(node) {
            const parent = info.getParentType()
            if (parent && isLacked(guarded.ofField(parent.name, node.name.value))) places.add(node.loc?.start)
          },
        }),
      )
      const resolve = resolverOf(universe) as GraphQLFieldResolver<unknown, unknown>
      const unknown = universe.unknown ?? []
      const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (parent, args, world, details) => {
        const { parentType, fieldName, fieldNodes } = details
        if (
          isLacked(guarded.ofField(parentType.name, fieldName)) ||
          fieldNodes.some((node) => places.has(node.loc?.start))
        )
          throw codedError('FORBIDDEN', DENIED)
        const id = (parent as { readonly id?: unknown } | undefined)?.id
        if (unknown.some((each) => each.type === parentType.name && each.fields.includes(fieldName) && each.id === id))
          throw codedError('INTERNAL', 'unknown')
        return resolve(parent, args, world, details)
      }
      const typeResolver: GraphQLTypeResolver<unknown, unknown> = (value, context, details, type) => {
        const name = defaultTypeResolver(value, context, details, type)
        if (typeof name === 'string' && isLacked(guarded.ofType(name))) throw codedError('FORBIDDEN', DENIED_OBJECT)
        return name
      }
      const result = await execute({
        schema: plain,
        document,
        variableValues: variables,
        contextValue: universe.createWorld(),
        fieldResolver,
        typeResolver,
      })
      const data: unknown = result.data === undefined ? undefined : JSON.parse(JSON.stringify(result.data))
      return { data, errors: (result.errors ?? []).filter(({ message }) => message !== 'unknown') }
    },
    forbiddenIn({ service, query, variables }, caller) {
      const schema = schemas.get(service)
      if (!schema) return [service]
      const found: string[] = []
      const isForbidden = (type: string, field: string): boolean =>
        !guarded.isKey(type, field) && refusalOf(caller, guarded.ofField(type, field)) !== undefined
      /** @param objects what the object may be */
      const look = (type: GraphQLNamedType, objects: readonly string[], { selections }: SelectionSetNode): void => {
        for (const selection of selections) {
          if (selection.kind === Kind.FRAGMENT_SPREAD) throw new Error('The engine sends no named fragments.')
          const name = selection.kind === Kind.FIELD ? selection.name.value : selection.typeCondition?.name.value
          if (selection.kind === Kind.INLINE_FRAGMENT) {
            const condition = (name === undefined ? undefined : schema.getType(name)) ?? type
            const some = condition === type ? objects : membersIn(schema, condition)
            look(
              condition,
              objects.filter((each) => some.includes(each)),
              selection.selectionSet,
            )
            continue
          }
          const field = name === undefined || !('getFields' in type) ? undefined : type.getFields()[name]
          if (name === undefined || !field || !('args' in field)) continue
          if (name !== '_entities')
            for (const each of objects) if (isForbidden(each, name)) found.push(`${each}.${name}`)
          const below = getNamedType(field.type)
          if (selection.selectionSet)
            look(
              below,
              name === '_entities' ? representedBy(variables) : membersIn(schema, below),
              selection.selectionSet,
            )
        }
      }
      for (const definition of parse(query).definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) throw new Error('The engine sends operations alone.')
        const root = schema.getRootType(definition.operation)
        if (root) look(root, [root.name], definition.selectionSet)
      }
      return found
    },
  }

  /** What objects of a service's type may be. */
  function membersIn(schema: GraphQLSchema, type: GraphQLNamedType): readonly string[] {
    if (isAbstractType(type)) return schema.getPossibleTypes(type).map(({ name }) => name)
    // To a service that knows no objects of an interface it stands for all of them.
    const standsFor = plain.getType(type.name)
    return isAbstractType(standsFor) ? plain.getPossibleTypes(standsFor).map(({ name }) => name) : [type.name]
  }

  /** What the entities of a request really are: some go by the name of their interface. */
  function representedBy({ representations }: SentCall['variables']): readonly string[] {
    const { entities } = universe.createWorld()
    const sent = (Array.isArray(representations) ? representations : []) as readonly Readonly<Record<string, unknown>>[]
    const types = sent.flatMap(({ __typename, ...fields }) => {
      const type = plain.getType(`${__typename}`)
      if (!isAbstractType(type)) return `${__typename}`
      const members = plain.getPossibleTypes(type).map(({ name }) => name)
      const known = entities.filter(
        (entity) =>
          members.includes(entity.__typename ?? '') &&
          Object.entries(fields).some(([name, value]) => typeof value === 'string' && entity[name] === value),
      )
      return known.length === 0 ? members : known.flatMap((entity) => entity.__typename ?? [])
    })
    return [...new Set(types)]
  }
}
