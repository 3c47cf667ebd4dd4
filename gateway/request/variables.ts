/** Bounds how deep a client's values nest, since whatever reads or writes them after this does so level by level. */
import { overLimit } from '../limits/limits.ts'
import type { Policy } from './exchange.ts'

/** @param levels of lists and objects */
export function limitVariables(levels: number): Policy {
  return ({ parameters: { variables } }) => {
    if (variables && isDeeper(variables, levels))
      throw overLimit('variableDepth', `The variables nest more than ${levels} levels deep.`)
  }
}

function isDeeper(value: object, levels: number): boolean {
  if (levels === 0) return true
  for (const inner of Object.values(value) as unknown[])
    if (typeof inner === 'object' && inner !== null && isDeeper(inner, levels - 1)) return true
  return false
}
