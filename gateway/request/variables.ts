/**
 * Bounds how many values a client sends and how deep they nest: whatever reads or writes them after
 * this goes over each of them.
 */
import { type Limits, overLimit } from '../limits/limits.ts'
import type { Budget } from './budget.ts'
import type { Exchange, Policy } from './exchange.ts'

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
 * Refuses a body that holds far too many values before it is parsed: that would take ten times as
 * long.
 */
export type LimitBody = (exchange: Exchange, body: string) => void

const SPARE = 100 // values of a request beside its variables

export function limitBody({ variableValues }: Pick<Limits, 'variableValues'>, budget: Budget): LimitBody {
  const most = variableValues + SPARE
  return (exchange, body) => {
    if (body.length <= 2 * most || !hasMoreValues(body, most)) return // a value takes two characters
    pay(exchange, most, budget)
    throw tooMany(variableValues)
  }
}

/** By members of objects, and by commas. Less than there are, where lists of one item nest. */
function hasMoreValues(json: string, most: number): boolean {
  let members = 0
  let commas = 0
  let isInString = false
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at)
    if (character === QUOTE) isInString = !isInString
    else if (character === BACKSLASH) at += 1
    else if (isInString) continue
    else if (character === COLON) members += 1
    else if (character === COMMA) commas += 1
    if (members > most || commas > most) return true
  }
  return false
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c

function pay(exchange: Exchange, values: number, budget: Budget): void {
  budget.spend(exchange, 0) // whoever is in debt gets no deeper into it
  budget.charge(exchange, values)
}

const tooMany = (most: number) => overLimit('variableValues', `The request holds more than ${most} values.`)

/** Goes no further than a limit, however much there is. */
function lookAt(value: object, level: number, seen: { values: number }, limits: VariableLimits): void {
  const { variableDepth, variableValues } = limits
  if (level > variableDepth)
    throw overLimit('variableDepth', `The variables nest more than ${variableDepth} levels deep.`)
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
