/**
 * Services of a universe whose texts say what they are: `@Type~field@` stands before the value,
 * wherever it gets to. Keys alone are as they were.
 */
import { GraphQLError, type GraphQLFieldResolver, getNamedType } from 'graphql'
import type { TestService } from '../execution/support/federation.ts'
import { servicesOf, type Universe } from '../execution/support/universe.ts'
import { refusalOf, type TestCaller } from './callers.ts'

/** Codes of the errors that quote a value: one for gateways to hide, the other to let through. */
const HIDDEN = 'QUOTED_FOR_THE_LOG'
export const SHOWN = 'QUOTED'

const MARK = /@(\w+)~(\w+)@/g

interface Marked {
  readonly services: Readonly<Record<string, TestService>>
  /**
   * While set, half of the texts fail to be read, chosen by this number, and the errors quote them.
   */
  faults: number | undefined
}

/** What decides about a field: see `access-universe.ts`. */
interface FieldRules {
  ofField(type: string, field: string): Parameters<typeof refusalOf>[1]
  isKey(type: string, field: string): boolean
}

export function markedServices(universe: Universe, typeDefs: Universe['services'], { isKey }: FieldRules): Marked {
  const resolverIn =
    (resolve: NonNullable<TestService['resolveField']>): GraphQLFieldResolver<unknown, unknown> =>
    (parent, args, world, info) => {
      const value = resolve(parent, withoutMarks(args), world, info)
      const { parentType, fieldName, returnType } = info
      const type = (parent as { readonly __typename?: string } | undefined)?.__typename ?? parentType.name
      const real = realTypeOf(parent) ?? type
      if (getNamedType(returnType).name !== 'String' || isKey(real, fieldName)) return value
      const told = withMark(value, `@${real}~${fieldName}@`)
      if (marked.faults === undefined) return told
      const hash = hashOf(JSON.stringify(told) ?? '', marked.faults)
      if (hash % 2 === 0)
        throw new GraphQLError(`Cannot read ${JSON.stringify(told)}.`, {
          extensions: { code: hash % 4 === 0 ? HIDDEN : SHOWN, value: told },
        })
      return told
    }
  const marked: Marked = {
    faults: undefined,
    services: Object.fromEntries(
      Object.entries(servicesOf(universe)).map(([name, { resolvers, resolveField }]) => [
        name,
        {
          typeDefs: typeDefs[name] ?? '',
          resolvers: mapValues(resolvers, ({ __resolveReference: find }) => ({
            __resolveReference: (sent: unknown, world: unknown) => (find as Find)(withoutMarks(sent), world),
          })),
          ...(resolveField && { resolveField: resolverIn(resolveField) }),
        } as TestService,
      ]),
    ),
  }
  return marked
}

type Find = (sent: unknown, world: unknown) => unknown

/** Of an entity that its service knows by the name of its interface. */
const realTypeOf = (parent: unknown): string | undefined =>
  (parent as { readonly object?: { readonly __typename?: string } } | undefined)?.object?.__typename

const mapValues = <From, To>(all: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, map(value)]))

function withMark(value: unknown, mark: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withMark(each, mark))
  return typeof value === 'string' ? mark + value : value
}

/** Values as they are in the universe. */
export const withoutMarks = <Value>(value: Value): Value => {
  const text = JSON.stringify(value)
  return text?.includes('@') ? (JSON.parse(text.replace(MARK, '')) as Value) : value
}

/** The fields whose values a text tells though the caller may not see them. */
export function tellsForbidden(text: string, caller: TestCaller, { ofField, isKey }: FieldRules): string[] {
  const told = new Map(Array.from(text.matchAll(MARK), ([mark, type = '', field = '']) => [mark, { type, field }]))
  return [...told.values()].flatMap(({ type, field }) =>
    !isKey(type, field) && refusalOf(caller, ofField(type, field)) ? `${type}.${field}` : [],
  )
}

function hashOf(text: string, salt: number): number {
  let hash = salt
  for (const character of text) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0
  return hash >>> 4
}
