/**
 * Removes values from a request's variables that the caller may not see: a service may need values
 * that the public schema hides, or that are denied to the caller.
 */
import { type GraphQLSchema, getNamedType, isInterfaceType, isObjectType } from 'graphql'
import { isRawNumber } from '../../../platform/data/json-exact.ts'
import { isRecord } from '../../../platform/data/record.ts'
import type { Shown } from '../plan/access.ts'
import type { Fetch } from '../plan/step.ts'
import { type Asked, MOST_VARIABLES } from './request-text.ts'

const HIDDEN = '…'

/** JSON; `undefined` without variables. */
export function shownVariables(
  schema: GraphQLSchema,
  shows: Shown,
  { node: { contextRewrites = [] } }: Pick<Fetch, 'node'>,
  { variables, isCut }: Asked,
): string | undefined {
  const fromAbove = new Set(contextRewrites.map(({ renameKeyTo }) => renameKeyTo))
  const shown = Object.entries(variables).map(([name, value]) => {
    if (fromAbove.has(name)) return [name, HIDDEN]
    return [name, name === 'representations' ? entity(value, undefined) : value]
  })
  if (shown.length === 0) return undefined
  const text = JSON.stringify(Object.fromEntries(shown))
  if (text.length > MOST_VARIABLES) return `${text.slice(0, MOST_VARIABLES - 1)}…`.toWellFormed()
  // Representations are the last of the variables.
  return isCut ? `${text.slice(0, -']}'.length)},…` : text

  /** @param declared the type of the field that holds it */
  function entity(value: unknown, declared: string | undefined): unknown {
    if (Array.isArray(value)) return value.map((item) => entity(item, declared))
    if (!isRecord(value) || isRawNumber(value)) return value
    const { __typename: named = declared } = value
    const typename = typeof named === 'string' ? named : ''
    const type = schema.getType(typename)
    if (!shows.object(typename)) return HIDDEN
    const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {}
    const entries = Object.entries(value).map(([name, inner]) => {
      if (name === '__typename') return [name, inner]
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined
      return [name, field && isShown(typename, name) ? entity(inner, getNamedType(field.type).name) : HIDDEN]
    })
    return Object.fromEntries(entries)
  }

  /** A field of an interface is shown only if it may be shown for each of its objects. */
  function isShown(typename: string, field: string): boolean {
    const type = schema.getType(typename)
    const types = isInterfaceType(type) ? [type, ...schema.getPossibleTypes(type)] : [{ name: typename }]
    return types.every(({ name }) => shows.field(name, field))
  }
}
