/**
 * Finds JSON with far too many values or levels before it is parsed, in a tenth of the time that
 * parsing takes.
 */
import type { Limits } from './limits.ts'

export type VariableLimits = Pick<Limits, 'variableDepth' | 'variableValues'>

/** Returns the limit that a text exceeds by far. */
type JsonBound = (json: string) => keyof VariableLimits | undefined

/** Values of a request besides its variables. */
export const SPARE = 100 // values
const SPARE_LEVELS = 10 // around them, and in extensions
const HARMLESS = 16 * 1024 // characters that are parsed within a millisecond, whatever they hold

export function createJsonBound({ variableValues, variableDepth }: VariableLimits): JsonBound {
  const most = variableValues + SPARE
  const levels = variableDepth + SPARE_LEVELS
  return (json) => (json.length <= HARMLESS ? undefined : exceededBy(json, most, levels))
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
