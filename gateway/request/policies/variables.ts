/**
 * Bounds how many values a client sends and how deep they nest: whatever reads or writes them after
 * this goes over each of them.
 */

import type { Exchange, Policy } from '../../exchange/exchange.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import type { Budget } from './budget.ts'

type VariableLimits = Pick<Limits, 'variableDepth' | 'variableValues'>

/** @param budget of the caller, who pays for what was looked at of variables that are refused */
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

/**
 * Refuses a body that holds far too many values, or far too many levels of them, before it is
 * parsed: that would take ten times as long.
 */
export type LimitBody = (exchange: Exchange, body: string) => void

const SPARE = 100 // values of a request beside its variables
const SPARE_LEVELS = 10 // around them, and in extensions

export function limitBody(limits: VariableLimits, budget: Budget): LimitBody {
  const { variableValues, variableDepth } = limits
  const most = variableValues + SPARE
  const levels = variableDepth + SPARE_LEVELS
  return (exchange, body) => {
    if (body.length <= 2 * most) return // a value takes two characters
    const exceeded = exceededBy(body, most, levels)
    if (!exceeded) return
    pay(exchange, most, budget)
    throw exceeded === 'variableValues' ? tooMany(variableValues) : tooDeep(variableDepth)
  }
}

/** Counts values by members of objects, and by commas. */
function exceededBy(json: string, most: number, levels: number): keyof VariableLimits | undefined {
  let members = 0
  let commas = 0
  let level = 0
  let isInString = false
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at)
    if (character === QUOTE) isInString = !isInString
    else if (character === BACKSLASH) at += 1
    else if (isInString) continue
    else if (character === COLON) members += 1
    else if (character === COMMA) commas += 1
    else if (character === LIST || character === OBJECT) level += 1
    else if (character === LIST_END || character === OBJECT_END) level -= 1
    if (members > most || commas > most) return 'variableValues'
    if (level > levels) return 'variableDepth'
  }
  return undefined
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const LIST = 0x5b
const LIST_END = 0x5d
const OBJECT = 0x7b
const OBJECT_END = 0x7d

function pay(exchange: Exchange, values: number, budget: Budget): void {
  budget.spend(exchange, 0) // whoever is in debt gets no deeper into it
  budget.charge(exchange, values)
}

const tooDeep = (levels: number) => overLimit('variableDepth', `The variables nest more than ${levels} levels deep.`)

const tooMany = (most: number) => overLimit('variableValues', `The request holds more than ${most} values.`)

/** Goes no further than a limit, however much there is. */
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

/** Values, and characters of texts and names. For variables within the limits. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length
  if (typeof value !== 'object' || value === null) return 1
  if (Array.isArray(value)) return value.reduce((size: number, item) => size + sizeOf(item), 1)
  return Object.entries(value).reduce((size, [name, inner]) => size + name.length + sizeOf(inner), 1)
}
