/**
 * The cost of argument values: each list item counts one, at any depth, in literals and variables.
 * A weight declared on an argument or input field replaces that: it counts once per value, or once
 * per list item.
 */
import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql'
import { own } from '../../platform/data/own.ts'
import type { DeclaredCosts } from '../execution/plan/declared-costs.ts'
import type { Estimate, Variables } from './list-size.ts'

interface InputCost {
  /** The cost of literals. */
  readonly fixed: number
  /** The cost of variables; `undefined` if none can cost anything. */
  readonly given: (() => number) | undefined
}

interface InputCosts {
  /** @param weight declared for the argument */
  of(value: ValueNode, type: GraphQLInputType, weight: number | undefined): InputCost
  /**
   * An estimate that first reads each variable of its request once, however often the document uses
   * it.
   */
  before(estimate: Estimate): Estimate
}

/** The position of a value. */
interface Place {
  readonly type: GraphQLInputType
  readonly weight: number | undefined
}

type Weights = DeclaredCosts['weights']

export function createInputCosts(weights: Weights, defaults: ReadonlyMap<string, ValueNode | undefined>): InputCosts {
  const matters = createMatters(weights)
  /** The index of a cost, by variable and place: one variable may stand in many places. */
  const known = new Map<string, number>()
  const readers: ((variables: Variables) => number)[] = []
  /** Costs for the current request; an estimate runs synchronously. */
  let costs: number[] = []

  const slotOf = (name: string, { type, weight }: Place): number => {
    const key = `${name} ${type} ${weight}`
    const found = known.get(key)
    if (found !== undefined) return found
    const fallback = defaults.get(name)
    const otherwise = fallback ? walk(written, fallback, { type, weight }).fixed : 0
    const index = readers.push((variables) => {
      const value = own(variables, name)
      return value === undefined ? otherwise : walk(plain, value, { type, weight }).fixed
    })
    known.set(key, index - 1)
    return index - 1
  }

  /** Without recursion, because the client decides how deep a variable nests. */
  function walk<Value>(
    reading: Reading<Value>,
    value: Value,
    place: Place,
  ): { fixed: number; slots: readonly number[] } {
    const slots: number[] = []
    let fixed = 0
    const open: [Value, Place][] = [[value, place]]
    for (let next = open.pop(); next; next = open.pop()) {
      const [current, { type, weight }] = next
      const nullable = getNullableType(type)
      const variable = reading.variable(current)
      if (variable !== undefined) {
        if (weight !== undefined || matters(type)) slots.push(slotOf(variable, { type, weight }))
      } else if (isListType(nullable)) {
        const items = reading.items(current)
        fixed += items.length * (weight ?? 1)
        const inner = { type: nullable.ofType, weight: undefined }
        if (matters(inner.type)) for (const item of items) open.push([item, inner])
      } else {
        fixed += weight ?? 0
        if (!isInputObjectType(nullable) || !matters(nullable)) continue
        const fields = nullable.getFields()
        for (const [name, field] of reading.fields(current)) {
          const known: GraphQLInputField | undefined = fields[name]
          if (known) open.push([field, { type: known.type, weight: weights.get(`${nullable.name}.${name}`) }])
        }
      }
    }
    return { fixed, slots }
  }

  return {
    of(value, type, weight) {
      const { fixed, slots } = walk(written, value, { type, weight })
      if (slots.length === 0) return { fixed, given: undefined }
      return { fixed, given: () => slots.reduce((sum, slot) => sum + (costs[slot] ?? 0), 0) }
    },
    before: (estimate) =>
      readers.length === 0
        ? estimate
        : (variables) => {
            costs = readers.map((reader) => reader(variables))
            return estimate(variables)
          },
  }
}

/** How to read a value: of a variable, or a literal. */
interface Reading<Value> {
  variable(value: Value): string | undefined
  /** None for null; a value that is not a list counts as a list of one. */
  items(value: Value): readonly Value[]
  fields(value: Value): readonly (readonly [name: string, value: Value])[]
}

const plain: Reading<unknown> = {
  variable: () => undefined,
  items: (value) => (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]),
  fields: (value) => (typeof value === 'object' && value !== null ? Object.entries(value) : []),
}

const written: Reading<ValueNode> = {
  variable: (value) => (value.kind === Kind.VARIABLE ? value.name.value : undefined),
  items: (value) => (value.kind === Kind.LIST ? value.values : value.kind === Kind.NULL ? [] : [value]),
  fields: (value) => (value.kind === Kind.OBJECT ? value.fields.map(({ name, value }) => [name.value, value]) : []),
}

/**
 * True for a type that contains a list or a declared weight at any depth; values of other types are
 * skipped.
 */
function createMatters(weights: Weights): (type: GraphQLInputType) => boolean {
  const known = new Map<GraphQLInputObjectType, boolean>()
  const search = (from: GraphQLInputObjectType): boolean => {
    const reached = new Set([from])
    // The set grows during the loop.
    for (const object of reached) {
      for (const { name, type } of Object.values(object.getFields())) {
        const nullable = getNullableType(type)
        if (isListType(nullable) || weights.has(`${object.name}.${name}`)) return true
        if (isInputObjectType(nullable)) reached.add(nullable)
      }
    }
    return false
  }
  return (type) => {
    const nullable = getNullableType(type)
    if (isListType(nullable)) return true
    if (!isInputObjectType(nullable)) return false
    const found = known.get(nullable) ?? search(nullable)
    known.set(nullable, found)
    return found
  }
}
