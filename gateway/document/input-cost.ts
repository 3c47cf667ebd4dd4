/**
 * What the values of arguments cost: each item of a list counts one, wherever the list stands, in a
 * literal or in a variable. A weight declared on an argument or an input field counts instead: once
 * for a value, once for each item of a list.
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
import type { DeclaredCosts } from '../execution/declared-costs.ts'
import type { Estimate, Variables } from './list-size.ts'

export interface InputCost {
  /** Of what the document itself says. */
  readonly fixed: number
  /** Of what the variables in it say; `undefined` where there are none that could cost anything. */
  readonly given: (() => number) | undefined
}

export interface InputCosts {
  /** @param weight declared for the argument */
  of(value: ValueNode, type: GraphQLInputType, weight: number | undefined): InputCost
  /**
   * An estimate that first reads the variables of its request, once however often the document uses
   * them.
   */
  before(estimate: Estimate): Estimate
}

/** Where a value stands. */
interface Place {
  readonly type: GraphQLInputType
  readonly weight: number | undefined
}

type Weights = DeclaredCosts['weights']

export function createInputCosts(weights: Weights, defaults: ReadonlyMap<string, ValueNode | undefined>): InputCosts {
  const matters = createMatters(weights)
  /** By variable and place, since one variable may stand in many places: the index of its cost. */
  const known = new Map<string, number>()
  const readers: ((variables: Variables) => number)[] = []
  /** Of the request that is being estimated: nothing else runs meanwhile. */
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

  /** Without recursion: how deep a variable nests is up to the client. */
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

/** How values are taken apart: those of variables, and those written in a document. */
interface Reading<Value> {
  variable(value: Value): string | undefined
  /** None where it is null; a value that is no list stands for a list of one. */
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
 * True for a type within which a list or a declared weight can be reached: values of any other are
 * not looked at.
 */
function createMatters(weights: Weights): (type: GraphQLInputType) => boolean {
  const known = new Map<GraphQLInputObjectType, boolean>()
  const search = (from: GraphQLInputObjectType): boolean => {
    const reached = new Set([from])
    // The set grows while it is gone through.
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
