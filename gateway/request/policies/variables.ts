/**
 * Bounds the number and nesting of values in variables, since every later step visits each value.
 */

import type { Exchange, Policy } from '../../exchange/exchange.ts'
import { createJsonBound, SPARE, type VariableLimits } from '../../limits/json-bound.ts'
import { overLimit } from '../../limits/limits.ts'
import type { Budget } from './budget.ts'

/** @param budget pays for the visited values of refused variables */
export function limitVariables(limits: VariableLimits, budget: Budget): Policy {
  return (exchange) => {
    const { variables } = exchange.parameters
    if (!variables) return
    const seen = { values: 0 }
    try {
      lookAt(variables, 1, seen, limits)
    } catch (error) {
      pay(exchange, seen.values, budget)
      throw error
    }
  }
}

/** Refuses a body with far too many values before it is parsed. */
export type LimitBody = (exchange: Exchange, body: string) => void

export function limitBody(limits: VariableLimits, budget: Budget): LimitBody {
  const { variableValues, variableDepth } = limits
  const exceededBy = createJsonBound(limits)
  return (exchange, body) => {
    const exceeded = exceededBy(body)
    if (!exceeded) return
    pay(exchange, variableValues + SPARE, budget)
    throw exceeded === 'variableValues' ? tooMany(variableValues) : tooDeep(variableDepth)
  }
}

function pay(exchange: Exchange, values: number, budget: Budget): void {
  budget.spend(exchange, 0) // refuses a caller whose budget is overdrawn
  budget.charge(exchange, values)
}

const tooDeep = (levels: number) => overLimit('variableDepth', `The variables nest more than ${levels} levels deep.`)

const tooMany = (most: number) => overLimit('variableValues', `The request holds more than ${most} values.`)

/** Visits a value; throws at a limit. */
function lookAt(value: object, level: number, seen: { values: number }, limits: VariableLimits): void {
  const { variableDepth, variableValues } = limits
  if (level > variableDepth) throw tooDeep(variableDepth)
  const count = (inner: unknown): void => {
    seen.values += 1
    if (seen.values > variableValues) throw tooMany(variableValues)
    if (typeof inner === 'object' && inner !== null) lookAt(inner, level + 1, seen, limits)
  }
  if (Array.isArray(value)) for (const item of value as unknown[]) count(item)
  else for (const name in value) count((value as Readonly<Record<string, unknown>>)[name])
}

/** Counts values, and characters of strings and names. For variables within the limits. */
export function inputSize(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length
  if (typeof value !== 'object' || value === null) return 1
  if (Array.isArray(value)) return value.reduce((size: number, item) => size + inputSize(item), 1)
  return Object.entries(value).reduce((size, [name, inner]) => size + name.length + inputSize(inner), 1)
}
