/**
 * Estimates the cost of an operation in objects fetched: each field of an object type counts one,
 * and so does each other field with an alias, times the sizes of the lists around it. Arguments are
 * counted in `input-cost.ts`. A size is what the client asks for (`first`, `last`, `limit`),
 * otherwise the schema's default, otherwise a guess. Weights and sizes that the supergraph declares
 * (`@cost`, `@listSize`) take precedence.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
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
} from 'graphql'
import type { DeclaredCosts } from '../execution/plan/declared-costs.ts'
import { type Limits, overLimit } from '../limits/limits.ts'
import { createInputCosts } from './input-cost.ts'
import { type Estimate, GUESS, type Size, sizeOf } from './list-size.ts'

const ITEMS = ['edges', 'nodes']
export const MUTATION = 100 // a write costs more than the objects it returns
const MOST = 1e15 // of a field: sums and products of such costs stay finite

/** What costs depend on, for one schema. */
export interface CostRules {
  readonly schema: GraphQLSchema
  readonly declared: DeclaredCosts
  readonly limits: Limits
  /** Told of each size of a list that is asked for, where `listSize` is measured. */
  readonly onListSize?: ((size: number) => void) | undefined
}

/**
 * Reads the operation once; the returned function only multiplies and adds. Unknown fields cost
 * nothing: validation refuses them. A fragment that is spread twice in the same surroundings is
 * read once, and its cost is computed once per request.
 */
export function estimateCost(
  { schema, declared, limits, onListSize }: CostRules,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Estimate {
  const root = schema.getRootType(operation.operation)
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  )
  const shared = createSharedEstimates()
  const within = createWithin()
  const inputs = createInputCosts(declared.weights, defaults)

  const ofSelections: OfSelections = ({ selections }, type, around) => {
    const parts = selections.map((selection): Estimate => {
      if (selection.kind === Kind.FIELD) return ofField(selection, type, around)
      if (selection.kind === Kind.FRAGMENT_SPREAD) return ofSpread(selection.name.value, around)
      const condition = selection.typeCondition?.name.value
      return ofSelections(selection.selectionSet, condition === undefined ? type : schema.getType(condition), around)
    })
    return sumOf(parts.filter((part) => part !== free))
  }

  const ofSpread = (name: string, around: InnerSize | undefined): Estimate => {
    const fragment = fragments.get(name)
    if (!fragment) return free
    const type = schema.getType(fragment.typeCondition.name.value)
    return shared.of(fragment, around, () => ofSelections(fragment.selectionSet, type, around))
  }

  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined, around: InnerSize | undefined): Estimate => {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined
    if (!parent || !field) return introspection.get(node.name.value) ?? free
    const coordinate = `${parent.name}.${field.name}`
    const type = getNamedType(field.type)
    const { weights, sizes } = declared
    // A leaf is one of few in its object, unless the client repeats it under many aliases.
    const otherwise = isCompositeType(type) || node.alias ? 1 : 0
    const own = weights.get(coordinate) ?? weights.get(type.name) ?? otherwise
    const given = costOfArguments(node, field, coordinate)
    const isList = isListType(getNullableType(field.type))
    const { asked, inner } = within(node, () => {
      const size = sizes.get(coordinate)
      const asked = sizeOf(node, field, size, { limits, onListSize, defaults })
      // A connection's size applies to its `edges` or `nodes`.
      const below = isList || !asked ? undefined : { size: asked, fields: size?.sizedFields ?? ITEMS }
      return { asked, inner: node.selectionSet ? ofSelections(node.selectionSet, type, below) : free }
    })
    const times = isList ? (asked ?? (around?.fields.includes(field.name) ? around.size : guess)) : once
    if (given === free && own === 0 && inner === free) return free
    return costOfField(given, times, own, inner)
  }

  const costOfArguments = (node: FieldNode, { args }: GraphQLField<unknown, unknown>, coordinate: string): Estimate => {
    const parts = (node.arguments ?? []).flatMap(({ name, value }) => {
      const argument = args.find((one) => one.name === name.value)
      return argument ? [inputs.of(value, argument.type, declared.weights.get(`${coordinate}(${name.value}:)`))] : []
    })
    const fixed = parts.reduce((sum, part) => sum + part.fixed, 0)
    const given = parts.flatMap((part) => part.given ?? [])
    return given.length === 0 && fixed === 0 ? free : sumOf(given, fixed)
  }

  const cost = shared.before(ofSelections(operation.selectionSet, root ?? undefined, undefined))
  const writes = operation.operation === 'mutation' ? MUTATION * operation.selectionSet.selections.length : 0
  return inputs.before(writes === 0 ? cost : sumOf([cost], writes))
}

/*
 * What is kept for as long as the document is made out here: a function made within `estimateCost`
 * would keep all that was needed to read the operation.
 */

const sumOf = (parts: readonly Estimate[], more = 0): Estimate =>
  parts.length === 0 && more === 0 ? free : (variables) => parts.reduce((sum, part) => sum + part(variables), more)

const costOfField =
  (given: Estimate, times: Size, own: number, inner: Estimate): Estimate =>
  (variables) =>
    Math.min(MOST, given(variables) + times(variables) * (own + inner(variables)))

type OfSelections = (
  set: SelectionSetNode,
  type: GraphQLNamedType | undefined,
  around: InnerSize | undefined,
) => Estimate

/**
 * What a field needs whatever its surroundings: its requested size, and the cost of its selections.
 */
interface Within {
  readonly asked: Size | undefined
  readonly inner: Estimate
}

/** The size of the named fields below a field. */
interface InnerSize {
  readonly size: Size
  readonly fields: readonly string[]
}

const free: Estimate = () => 0
/** The gateway answers them in one piece: 20 ms for the whole of a schema like the bank's. */
const introspection: ReadonlyMap<string, Estimate> = new Map([
  ['__schema', () => 30_000],
  ['__type', () => 200],
])
const once: Size = () => 1
const guess: Size = () => GUESS

function createWithin(): (node: FieldNode, make: () => Within) => Within {
  const known = new Map<FieldNode, Within>()
  return (node, make) => {
    const found = known.get(node) ?? make()
    known.set(node, found)
    return found
  }
}

interface SharedEstimates {
  /** The cost of a fragment in its surroundings, made by the first call. */
  of(fragment: FragmentDefinitionNode, around: InnerSize | undefined, make: () => Estimate): Estimate
  /** An estimate that computes the shared ones first. */
  before(estimate: Estimate): Estimate
}

function createSharedEstimates(): SharedEstimates {
  const known = new Map<FragmentDefinitionNode, Map<InnerSize | undefined, Estimate>>()
  /** Each fragment comes after those that it spreads. */
  const made: Estimate[] = []
  /** Costs for the current request; an estimate runs synchronously. */
  const costs: number[] = []
  return {
    of(fragment, around, make) {
      const surroundings = known.get(fragment) ?? new Map<InnerSize | undefined, Estimate>()
      known.set(fragment, surroundings)
      const found = surroundings.get(around)
      if (found) return found
      surroundings.set(around, free) // for a fragment that spreads itself, which validation refuses
      const estimate = make()
      const index = made.push(estimate) - 1
      const read: Estimate = estimate === free ? free : () => costs[index] ?? 0
      surroundings.set(around, read)
      return read
    },
    before: (estimate) =>
      made.length === 0
        ? estimate
        : (variables) => {
            for (const [index, each] of made.entries()) costs[index] = each(variables)
            return estimate(variables)
          },
  }
}

/** @throws OPERATION_TOO_COMPLEX */
export function limitCost(cost: number, limits: Limits): void {
  if (cost <= limits.cost) return
  throw overLimit(
    'cost',
    `The operation costs ${cost}; at most ${limits.cost} is allowed. Ask for fewer items or fields.`,
  )
}

/**
 * All operations of a batch together may cost no more than one request. @param before those before
 */
export function limitBatchCost(before: number, cost: number, limits: Limits): void {
  if (before + cost <= limits.cost) return
  throw overLimit(
    'cost',
    `The operations of the batch up to this one cost ${before + cost}; at most ${limits.cost} is allowed. Send it by itself.`,
  )
}
