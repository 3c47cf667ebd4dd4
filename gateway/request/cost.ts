/**
 * What an operation may cost, in objects fetched: every field of an object type counts one, times the sizes of the lists around it.
 * A size is what the client asks for (`first`, `last`, `limit`), else the schema's default, else a small guess.
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
import { codedError } from '../protocol/errors.ts'
import type { Limits } from './limits.ts'

type Variables = Readonly<Record<string, unknown>>

/** The cost with these variables. @throws OPERATION_TOO_COMPLEX for a list that is too long by itself */
export type Estimate = (variables: Variables) => number

const SLICING = new Set(['first', 'last', 'limit'])
const ITEMS = new Set(['edges', 'nodes'])
const GUESS = 5 // items of a list whose size nobody says
const MUTATION = 10 // a write costs more than the objects it returns

/** Reads the operation once; what comes back only multiplies and adds. Unknown fields cost nothing: validation refuses them. */
export function estimateCost(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  limits: Limits,
): Estimate {
  const root = schema.getRootType(operation.operation)
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  )

  const ofSelections = (
    set: SelectionSetNode,
    type: GraphQLNamedType | undefined,
    size: Size | undefined,
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

  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined, inherited: Size | undefined): Estimate => {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined
    if (!field || !node.selectionSet) return free
    const type = getNamedType(field.type)
    if (!isCompositeType(type)) return free
    const asked = sizeOf(node, field)
    const isList = isListType(getNullableType(field.type))
    // A connection says its size on itself and has it in its `edges` or `nodes`.
    const times = isList ? (asked ?? (ITEMS.has(field.name) ? inherited : undefined) ?? guess) : once
    const inner = ofSelections(node.selectionSet, type, isList ? undefined : asked)
    return (variables) => times(variables) * (1 + inner(variables))
  }

  const sizeOf = (node: FieldNode, field: GraphQLField<unknown, unknown>): Size | undefined => {
    const argument = field.args.find(({ name }) => SLICING.has(name) && isAsked(node, name))
    const fallback = field.args.find(({ name, defaultValue }) => SLICING.has(name) && typeof defaultValue === 'number')
    return argument ? askedSize(node, argument) : fallback && (() => Number(fallback.defaultValue))
  }

  const askedSize = (node: FieldNode, { name, defaultValue }: GraphQLArgument): Size => {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value
    return (variables) => bounded(numberOf(value, variables, defaults) ?? Number(defaultValue ?? GUESS), name, limits)
  }

  const cost = ofSelections(operation.selectionSet, root ?? undefined, undefined)
  return operation.operation === 'mutation'
    ? (variables) => cost(variables) + MUTATION * operation.selectionSet.selections.length
    : cost
}

type Size = Estimate

const free: Estimate = () => 0
const once: Size = () => 1
const guess: Size = () => GUESS

const isAsked = (node: FieldNode, name: string): boolean =>
  node.arguments?.some((argument) => argument.name.value === name) ?? false

function numberOf(
  value: ValueNode | undefined,
  variables: Variables,
  defaults: ReadonlyMap<string, ValueNode | undefined>,
): number | undefined {
  if (value?.kind === Kind.INT) return Number(value.value)
  if (value?.kind !== Kind.VARIABLE) return undefined
  const given = variables[value.name.value]
  if (typeof given === 'number') return given
  const fallback = defaults.get(value.name.value)
  return fallback?.kind === Kind.INT ? Number(fallback.value) : undefined
}

function bounded(size: number, name: string, { listSize }: Limits): number {
  if (size > listSize) throw codedError('OPERATION_TOO_COMPLEX', `"${name}" asks for more than ${listSize} items.`)
  return Math.max(0, size)
}

/** @throws OPERATION_TOO_COMPLEX */
export function limitCost(cost: number, limits: Limits): void {
  if (cost <= limits.cost) return
  throw codedError('OPERATION_TOO_COMPLEX', `The operation may fetch ${cost} objects; ${limits.cost} are allowed.`)
}
