/**
 * What an operation may cost, in objects fetched: every field of an object type counts one, times the sizes of the lists around it, and so
 * does every other field that has an alias.
 * A size is what the client asks for (`first`, `last`, `limit`), else the schema's default, else a small guess. Where the supergraph
 * declares weights and sizes (`@cost`, `@listSize`), they go before all that.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'
import type { DeclaredCosts, DeclaredSize } from '../execution/declared-costs.ts'
import { type Limits, overLimit } from '../limits/limits.ts'
import { own } from '../protocol/own.ts'

type Variables = Readonly<Record<string, unknown>>

/** The cost with these variables. @throws OPERATION_TOO_COMPLEX for a list that is too long by itself */
export type Estimate = (variables: Variables) => number

const SLICING = ['first', 'last', 'limit']
const ITEMS = ['edges', 'nodes']
const GUESS = 5 // items of a list whose size nobody says
const MUTATION = 10 // a write costs more than the objects it returns

/** What the cost of an operation goes by, on one schema. */
export interface CostRules {
  readonly schema: GraphQLSchema
  readonly declared: DeclaredCosts
  readonly limits: Limits
}

/** Reads the operation once; what comes back only multiplies and adds. Unknown fields cost nothing: validation refuses them. */
export function estimateCost(
  { schema, declared, limits }: CostRules,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Estimate {
  const root = schema.getRootType(operation.operation)
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  )

  const ofSelections = (
    set: SelectionSetNode,
    type: GraphQLNamedType | undefined,
    size: InnerSize | undefined,
  ): Estimate => {
    const parts = set.selections.map((selection): Estimate => {
      if (selection.kind === Kind.FIELD) return ofField(selection, type, size)
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (!fragment) return free
      const condition = fragment.typeCondition?.name.value
      return ofSelections(fragment.selectionSet, condition === undefined ? type : schema.getType(condition), size)
    })
    const costly = parts.filter((part) => part !== free)
    return costly.length === 0 ? free : (variables) => costly.reduce((sum, part) => sum + part(variables), 0)
  }

  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined, around: InnerSize | undefined): Estimate => {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined
    if (!parent || !field) return free
    const coordinate = `${parent.name}.${field.name}`
    const type = getNamedType(field.type)
    const { weights, sizes } = declared
    // A field without fields of its own is one of few in its object, unless a client asks for it under many names.
    const otherwise = isCompositeType(type) || node.alias ? 1 : 0
    const own = weights.get(coordinate) ?? weights.get(type.name) ?? otherwise
    const given = (node.arguments ?? []).map(({ name }) => weights.get(`${coordinate}(${name.value}:)`) ?? 0)
    const fixed = given.reduce((sum, weight) => sum + weight, 0)
    const declaredSize = sizes.get(coordinate)
    const asked = sizeOf(node, field, declaredSize)
    const isList = isListType(getNullableType(field.type))
    // A connection says its size on itself and has it in its `edges` or `nodes`.
    const times = isList ? (asked ?? (around?.fields.includes(field.name) ? around.size : guess)) : once
    const below = isList || !asked ? undefined : { size: asked, fields: declaredSize?.sizedFields ?? ITEMS }
    const inner = node.selectionSet ? ofSelections(node.selectionSet, type, below) : free
    if (fixed === 0 && own === 0 && inner === free) return free
    return (variables) => fixed + times(variables) * (own + inner(variables))
  }

  const sizeOf = (
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    { slicingArguments = SLICING, assumedSize }: Partial<DeclaredSize> = {},
  ): Size | undefined => {
    const slicing = field.args.filter(({ name }) => slicingArguments.includes(name))
    const [first, ...others] = slicing
      .filter(({ name }) => node.arguments?.some((argument) => argument.name.value === name))
      .map((argument) => askedSize(node, argument, assumedSize ?? GUESS))
    if (first && others.length === 0) return first
    if (first) return (variables) => Math.max(first(variables), ...others.map((other) => other(variables)))
    const otherwise = slicing.find(({ defaultValue }) => typeof defaultValue === 'number')?.defaultValue ?? assumedSize
    return typeof otherwise === 'number' ? () => otherwise : undefined
  }

  const askedSize = (node: FieldNode, { name, defaultValue }: GraphQLArgument, otherwise: number): Size => {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value
    return (variables) =>
      bounded(numberOf(value, variables, defaults) ?? Number(defaultValue ?? otherwise), name, limits)
  }

  const cost = ofSelections(operation.selectionSet, root ?? undefined, undefined)
  return operation.operation === 'mutation'
    ? (variables) => cost(variables) + MUTATION * operation.selectionSet.selections.length
    : cost
}

type Size = Estimate

/** The size of some of the fields below a field. */
interface InnerSize {
  readonly size: Size
  readonly fields: readonly string[]
}

const free: Estimate = () => 0
const once: Size = () => 1
const guess: Size = () => GUESS

function numberOf(
  value: ValueNode | undefined,
  variables: Variables,
  defaults: ReadonlyMap<string, ValueNode | undefined>,
): number | undefined {
  if (value?.kind === Kind.INT) return Number(value.value)
  if (value?.kind !== Kind.VARIABLE) return undefined
  const given = own(variables, value.name.value)
  if (typeof given === 'number') return given
  const fallback = defaults.get(value.name.value)
  return fallback?.kind === Kind.INT ? Number(fallback.value) : undefined
}

function bounded(size: number, name: string, { listSize }: Limits): number {
  if (size > listSize) throw overLimit('listSize', `"${name}" asks for more than ${listSize} items.`)
  return Math.max(0, size)
}

/** @throws OPERATION_TOO_COMPLEX */
export function limitCost(cost: number, limits: Limits): void {
  if (cost <= limits.cost) return
  throw overLimit('cost', `The operation may fetch ${cost} objects; ${limits.cost} are allowed.`)
}
