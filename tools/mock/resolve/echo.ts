/** Values in the arguments of a mutation or a subscription, which the answer repeats. */
import {
  type GraphQLArgument,
  type GraphQLInputField,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql'
import type { Args } from './args.ts'

/** Keyed by name of the argument or input field. */
export type Echo = ReadonlyMap<string, { readonly value: unknown; readonly type: string }>

type Declared = Pick<GraphQLArgument | GraphQLInputField, 'name' | 'type'>

/** Members of input objects count as the arguments themselves; lists are left out. */
export function echoOf(declared: readonly Declared[], args: Args): Echo {
  const found = new Map<string, { readonly value: unknown; readonly type: string }>()
  const read = (members: readonly Declared[], values: Args): void => {
    for (const { name, type } of members) {
      const value = values[name]
      const named = getNamedType(type)
      if (value === undefined || value === null || isListType(getNullableType(type))) continue
      if (isInputObjectType(named)) read(Object.values(named.getFields()), value as Args)
      else if (!found.has(name)) found.set(name, { value, type: named.name })
    }
  }
  read(declared, args)
  return found
}

const isText = (type: string): boolean => type === 'String' || type === 'ID'

/** The given value for a field of this scalar or enum. */
export function told(echo: Echo | undefined, field: string, type: string): unknown {
  const found = echo?.get(field)
  return found && (found.type === type || (isText(found.type) && isText(type))) ? found.value : undefined
}

/** The id given under one of these names. */
export function toldId(echo: Echo | undefined, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = echo?.get(name)?.value
    if (typeof value === 'string' || typeof value === 'number') return String(value)
  }
  return undefined
}

/** Without the object's own id, for objects below it. */
export const withoutId = (echo: Echo | undefined): Echo | undefined =>
  echo && new Map([...echo].filter(([name]) => name !== 'id' && name !== 'nodeId'))
