/**
 * The size of a list: the requested one, otherwise that of the schema. Only integer arguments
 * count, and lists that the schema declares as slicing arguments.
 */
import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  getNullableType,
  isListType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type ValueNode,
} from 'graphql'
import { own } from '../../platform/data/own.ts'
import type { DeclaredSize } from '../execution/plan/declared-size.ts'
import { type Limits, overLimit } from '../limits/limits.ts'

export type Variables = Readonly<Record<string, unknown>>

/**
 * The cost with these variables: a finite number. @throws OPERATION_TOO_COMPLEX for a list over
 * `listSize`
 */
export type Estimate = (variables: Variables) => number

/**
 * The number of items with these variables. @throws OPERATION_TOO_COMPLEX for a list over
 * `listSize`
 */
export type Size = (variables: Variables) => number

interface SizeRules {
  readonly limits: Pick<Limits, 'listSize'>
  /** Called with each requested size, if `listSize` is measured. */
  readonly onListSize?: ((size: number) => void) | undefined
  /** Defaults of the operation's variables. */
  readonly defaults: ReadonlyMap<string, ValueNode | undefined>
}

/** Assumed items of a list of unknown size. */
export const GUESS = 5
const SLICING = ['first', 'last', 'limit']
const MOST = Number.MAX_SAFE_INTEGER // even if the limit is off

/** The size that an argument gives; `undefined` with variables by which it gives none. */
type Asked = (variables: Variables) => number | undefined

/** A number if no request can change it; `undefined` if neither client nor schema gives a size. */
export function sizeOf(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  { slicingArguments, assumedSize }: Partial<DeclaredSize> = {},
  rules: SizeRules,
): number | Size | undefined {
  const names = slicingArguments ?? SLICING
  const slicing = field.args.filter(
    (argument) => names.includes(argument.name) && (mayBeInteger(argument) || (slicingArguments && isList(argument))),
  )
  const asked = slicing.flatMap((argument) => {
    const value = node.arguments?.find(({ name }) => name.value === argument.name)?.value
    return value ? [askedSize(value, argument, rules)] : []
  })
  const declared = slicing.map(({ defaultValue }) => defaultValue).find(isInteger) ?? assumedSize
  const otherwise = Math.max(0, declared ?? GUESS)
  if (asked.length === 0) return declared === undefined ? undefined : otherwise
  return (variables) => {
    let most: number | undefined
    for (const one of asked) {
      const size = one(variables)
      if (size !== undefined && (most === undefined || size > most)) most = size
    }
    return most ?? otherwise
  }
}

/** True for `Int` and for custom scalars, whose values may be integers. */
function mayBeInteger({ type }: GraphQLArgument): boolean {
  const scalar = getNullableType(type)
  return isScalarType(scalar) && (scalar.name === 'Int' || !isSpecifiedScalarType(scalar))
}

/** A list argument gives its own length. */
const isList = ({ type }: GraphQLArgument): boolean => isListType(getNullableType(type))

function askedSize(value: ValueNode, argument: GraphQLArgument, { onListSize, limits, defaults }: SizeRules): Asked {
  const { name, defaultValue } = argument
  const { listSize } = limits
  const read = isList(argument) ? lengthOf : integerOf
  return (variables) => {
    const size = read(value, variables, defaults, defaultValue)
    if (size === undefined) return undefined
    onListSize?.(size)
    if (size > listSize) throw overLimit('listSize', `"${name}" asks for more than ${listSize} items.`)
    return Math.min(Math.max(0, size), MOST)
  }
}

type Read = (
  value: ValueNode,
  variables: Variables,
  defaults: SizeRules['defaults'],
  defaultValue: unknown,
) => number | undefined

/** A variable that is left out takes its own default, or else that of the argument. */
const integerOf: Read = (value, variables, defaults, defaultValue) => {
  if (value.kind === Kind.INT) return Number(value.value)
  if (value.kind !== Kind.VARIABLE) return undefined
  const given = own(variables, value.name.value)
  if (isInteger(given)) return given
  if (given !== undefined) return undefined
  const fallback = defaults.get(value.name.value)
  if (fallback) return fallback.kind === Kind.INT ? Number(fallback.value) : undefined
  return isInteger(defaultValue) ? defaultValue : undefined
}

/** A value that is not a list counts as one item. */
const lengthOf: Read = (value, variables, defaults, defaultValue) => {
  if (value.kind === Kind.NULL) return undefined
  if (value.kind === Kind.LIST) return value.values.length
  if (value.kind !== Kind.VARIABLE) return 1
  const given = own(variables, value.name.value) ?? undefined
  if (given !== undefined) return Array.isArray(given) ? given.length : 1
  const fallback = defaults.get(value.name.value)
  if (fallback) return lengthOf(fallback, variables, defaults, defaultValue)
  return Array.isArray(defaultValue) ? defaultValue.length : undefined
}

const isInteger = (value: unknown): value is number => Number.isInteger(value)
