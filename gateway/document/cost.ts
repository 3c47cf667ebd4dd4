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
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { DeclaredCosts } from '../execution/plan/declared-costs.ts'
import { type Limits, overLimit } from '../limits/limits.ts'
import { createInputCosts } from './input-cost.ts'
import { createIntrospectionCost } from './introspection-cost.ts'
import { type Estimate, GUESS, type Size, sizeOf, type Variables } from './list-size.ts'

const ITEMS = ['edges', 'nodes']
const MUTATION = 100 // a write costs more than the objects it returns
const DEFERRED = 5 // a fragment is announced, completed and written for each object by itself
const MOST = 1e15 // of a field: sums and products of such costs stay finite

/** The rules of costs for one schema. */
export interface CostRules {
  readonly schema: GraphQLSchema
  readonly declared: DeclaredCosts
  readonly limits: Limits
  /** Called with each requested size of a list, if `listSize` is measured. */
  readonly onListSize?: ((size: number) => void) | undefined
}

/** A number if no variable can change it. */
type Cost = number | Estimate

const at = (cost: Cost, variables: Variables): number => (typeof cost === 'number' ? cost : cost(variables))

/**
 * Reads the operation once; the returned function only multiplies and adds what depends on the
 * variables. Unknown fields cost nothing: validation refuses them. A fragment that is spread twice
 * in the same surroundings is read once, and its cost is computed once per request.
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
  const ofIntrospection = createIntrospectionCost(schema, fragments)

  const ofSelections: OfSelections = ({ selections }, type, around) => {
    const parts = selections.map((selection): Cost => {
      if (selection.kind === Kind.FIELD) return ofField(selection, type, around)
      const announced = costOfDefer(selection)
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sumOf([ofSpread(selection.name.value, around)], announced)
      const condition = selection.typeCondition?.name.value
      const inner = condition === undefined ? type : schema.getType(condition)
      return sumOf([ofSelections(selection.selectionSet, inner, around)], announced)
    })
    return sumOf(parts)
  }

  const ofSpread = (name: string, around: InnerSize | undefined): Cost => {
    const fragment = fragments.get(name)
    if (!fragment) return 0
    const type = schema.getType(fragment.typeCondition.name.value)
    return shared.of(fragment, around, () => ofSelections(fragment.selectionSet, type, around))
  }

  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined, around: InnerSize | undefined): Cost => {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined
    if (!parent || !field) return isRenamedTypename(node) ? 1 : ofIntrospection(node)
    const coordinate = `${parent.name}.${field.name}`
    const type = getNamedType(field.type)
    const { weights, sizes } = declared
    // An object has few leaves, unless the client repeats them under many aliases.
    const otherwise = isCompositeType(type) || node.alias ? 1 : 0
    const own = weights.get(coordinate) ?? weights.get(type.name) ?? otherwise
    const given = costOfArguments(node, field, coordinate)
    const isList = isListType(getNullableType(field.type))
    const { asked, inner } = within(node, () => {
      const size = sizes.get(coordinate)
      const asked = sizeOf(node, field, size, { limits, onListSize, defaults })
      // A connection's size applies to its `edges` or `nodes`.
      const below = isList || asked === undefined ? undefined : { size: asked, fields: size?.sizedFields ?? ITEMS }
      return { asked, inner: node.selectionSet ? ofSelections(node.selectionSet, type, below) : 0 }
    })
    const times = isList ? (asked ?? (around?.fields.includes(field.name) ? around.size : GUESS)) : 1
    if (given === 0 && own === 0 && inner === 0) return 0
    return costOfField(given, times, own, inner)
  }

  const costOfArguments = (node: FieldNode, { args }: GraphQLField<unknown, unknown>, coordinate: string): Cost => {
    const parts = (node.arguments ?? []).flatMap(({ name, value }) => {
      const argument = args.find((one) => one.name === name.value)
      return argument ? [inputs.of(value, argument.type, declared.weights.get(`${coordinate}(${name.value}:)`))] : []
    })
    const fixed = parts.reduce((sum, part) => sum + part.fixed, 0)
    return sumOf(
      parts.flatMap((part) => part.given ?? []),
      fixed,
    )
  }

  const cost = shared.before(ofSelections(operation.selectionSet, root ?? undefined, undefined))
  const whole = sumOf([cost], costOfWrites(operation, fragments))
  return typeof whole === 'number' ? always(whole) : inputs.before(whole)
}

/*
 * What is kept for as long as the document is made out here: a function made within `estimateCost`
 * would keep all that was needed to read the operation.
 */

const always =
  (cost: number): Estimate =>
  () =>
    cost

/** Repeated under a name of its own, as any leaf may be. */
export const isRenamedTypename = ({ name, alias }: FieldNode): boolean =>
  name.value === '__typename' && alias !== undefined

/** Of a deferred fragment, for each object that it may come later of. */
export function costOfDefer({ directives = [] }: SelectionNode): number {
  const defer = directives.find(({ name }) => name.value === 'defer')
  const value = defer?.arguments?.find(({ name }) => name.value === 'if')?.value
  return defer && !(value?.kind === Kind.BOOLEAN && !value.value) ? DEFERRED : 0
}

/** The extra cost of a mutation's root fields, including those in fragments. */
export function costOfWrites(
  { operation, selectionSet }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  if (operation !== 'mutation') return 0
  const known = new Map<string, number>()
  const countIn = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + 1
      return (
        sum +
        (selection.kind === Kind.FRAGMENT_SPREAD ? ofSpread(selection.name.value) : countIn(selection.selectionSet))
      )
    }, 0)
  const ofSpread = (name: string): number => {
    const found = known.get(name)
    if (found !== undefined) return found
    known.set(name, 0) // for a fragment that spreads itself, which validation refuses
    const fragment = fragments.get(name)
    const count = fragment ? countIn(fragment.selectionSet) : 0
    known.set(name, count)
    return count
  }
  return Math.min(MOST, MUTATION * countIn(selectionSet))
}

function sumOf(parts: readonly Cost[], more = 0): Cost {
  const fixed = parts.reduce((sum: number, part) => (typeof part === 'number' ? sum + part : sum), more)
  const others = parts.filter((part) => typeof part !== 'number')
  if (others.length === 0) return fixed
  return (variables) => others.reduce((sum, part) => sum + part(variables), fixed)
}

function costOfField(given: Cost, times: number | Size, own: number, inner: Cost): Cost {
  const estimate: Estimate = (variables) =>
    Math.min(MOST, at(given, variables) + at(times, variables) * (own + at(inner, variables)))
  return typeof given === 'number' && typeof times === 'number' && typeof inner === 'number' ? estimate({}) : estimate
}

type OfSelections = (set: SelectionSetNode, type: GraphQLNamedType | undefined, around: InnerSize | undefined) => Cost

/**
 * The parts of a field's cost that do not depend on its surroundings: requested size, and cost of
 * its selections.
 */
interface Within {
  readonly asked: number | Size | undefined
  readonly inner: Cost
}

/** The size of the named fields below a field. */
interface InnerSize {
  readonly size: number | Size
  readonly fields: readonly string[]
}

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
  of(fragment: FragmentDefinitionNode, around: InnerSize | undefined, make: () => Cost): Cost
  /** An estimate that computes the shared ones first. */
  before(cost: Cost): Cost
}

function createSharedEstimates(): SharedEstimates {
  const known = new Map<FragmentDefinitionNode, Map<InnerSize | undefined, Cost>>()
  /** Each fragment comes after those that it spreads. */
  const made: Estimate[] = []
  /** Costs for the current request; an estimate runs synchronously. */
  const costs: number[] = []
  const readerOf =
    (index: number): Estimate =>
    () =>
      costs[index] ?? 0
  return {
    of(fragment, around, make) {
      const surroundings = known.get(fragment) ?? new Map<InnerSize | undefined, Cost>()
      known.set(fragment, surroundings)
      const found = surroundings.get(around)
      if (found !== undefined) return found
      surroundings.set(around, 0) // for a fragment that spreads itself, which validation refuses
      const cost = make()
      const read = typeof cost === 'number' ? cost : readerOf(made.push(cost) - 1)
      surroundings.set(around, read)
      return read
    },
    before: (cost) =>
      made.length === 0
        ? cost
        : (variables) => {
            for (const [index, each] of made.entries()) costs[index] = each(variables)
            return at(cost, variables)
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
 * All operations of a batch together may cost no more than one request. @param before cost of the
 * earlier ones
 */
export function limitBatchCost(before: number, cost: number, limits: Limits): void {
  if (before + cost <= limits.cost) return
  throw overLimit(
    'cost',
    `The operations of the batch up to this one cost ${before + cost}; at most ${limits.cost} is allowed. Send it by itself.`,
  )
}
