/**
 * The size of a list: what the client asks for, otherwise what the schema declares. Only integers
 * count, whatever an argument is called.
 */
import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  getNullableType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type ValueNode,
} from 'graphql'
import { own } from '../../platform/data/own.ts'
import type { DeclaredSize } from '../execution/plan/declared-costs.ts'
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
  /** Told of each size that is asked for, where `listSize` is measured. */
  readonly onListSize?: ((size: number) => void) | undefined
  /** Defaults of the operation's variables. */
  readonly defaults: ReadonlyMap<string, ValueNode | undefined>
}

/** Assumed items of a list of unknown size. */
export const GUESS = 5
const SLICING = ['first', 'last', 'limit']
const MOST = Number.MAX_SAFE_INTEGER // even if the limit is off

/** `undefined` if neither client nor schema gives a size. */
export function sizeOf(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  { slicingArguments = SLICING, assumedSize }: Partial<DeclaredSize> = {},
  rules: SizeRules,
): Size | undefined {
  const slicing = field.args.filter((argument) => slicingArguments.includes(argument.name) && mayBeInteger(argument))
  const asked = slicing.flatMap((argument) => {
    const value = node.arguments?.find(({ name }) => name.value === argument.name)?.value
    return value ? [askedSize(value, argument, assumedSize ?? GUESS, rules)] : []
  })
  const [first] = asked
  if (first) return asked.length === 1 ? first : (variables) => Math.max(...asked.map((size) => size(variables)))
  const otherwise = slicing.map(({ defaultValue }) => defaultValue).find(isInteger) ?? assumedSize
  return otherwise === undefined ? undefined : () => Math.max(0, otherwise)
}

/** True for `Int` and for custom scalars, whose values may be integers. */
function mayBeInteger({ type }: GraphQLArgument): boolean {
  const scalar = getNullableType(type)
  return isScalarType(scalar) && (scalar.name === 'Int' || !isSpecifiedScalarType(scalar))
}

function askedSize(value: ValueNode, argument: GraphQLArgument, assumed: number, rules: SizeRules): Size {
  const { name, defaultValue } = argument
  const otherwise = isInteger(defaultValue) ? defaultValue : assumed
  const { onListSize, limits } = rules
  const { listSize } = limits
  return (variables) => {
    const size = integerOf(value, variables, rules.defaults) ?? otherwise
    onListSize?.(size)
    if (size > listSize) throw overLimit('listSize', `"${name}" asks for more than ${listSize} items.`)
    return Math.min(Math.max(0, size), MOST)
  }
}

function integerOf(value: ValueNode, variables: Variables, defaults: SizeRules['defaults']): number | undefined {
  if (value.kind === Kind.INT) return Number(value.value)
  if (value.kind !== Kind.VARIABLE) return undefined
  const given = own(variables, value.name.value)
  if (isInteger(given)) return given
  const fallback = given === undefined ? defaults.get(value.name.value) : undefined
  return fallback?.kind === Kind.INT ? Number(fallback.value) : undefined
}

const isInteger = (value: unknown): value is number => Number.isInteger(value)
