/**
 * Merges parallel fetches of a plan that send a service the same request. It may change when a
 * fetch is sent, but a fetch still follows everything that it followed before.
 */
import type { FetchNode } from '@apollo/query-planner'
import type { Fetch, Step } from './step.ts'

/**
 * Arranges a step in levels if that saves calls. Otherwise returns it unchanged, so that a fast
 * branch need not wait for a slow one.
 */
export function mergeEqual(step: Step): Step {
  const levels = levelsOf(step)
  const merged = levels.map(mergeSame)
  if (merged.every((level, index) => level.length === levels[index]?.length)) return step
  return { kind: 'sequence', steps: merged.map((steps) => ({ kind: 'parallel', steps })) }
}

function levelsOf(step: Step): Fetch[][] {
  if (step.kind === 'fetch') return [[step]]
  const parts = step.steps.map(levelsOf)
  if (step.kind === 'sequence') return parts.flat()
  const levels: Fetch[][] = []
  for (const part of parts) {
    for (const [depth, fetches] of part.entries()) {
      const level = levels[depth]
      if (level) level.push(...fetches)
      else levels[depth] = [...fetches]
    }
  }
  return levels
}

function mergeSame(level: readonly Fetch[]): readonly Fetch[] {
  const byQuestion = new Map<string, Fetch>()
  for (const fetch of level) {
    const question = questionOf(fetch.node)
    const same = byQuestion.get(question)
    byQuestion.set(question, same ? { ...same, paths: [...same.paths, ...fetch.paths] } : fetch)
  }
  return [...byQuestion.values()]
}

/**
 * Equal for two fetches with the same request. Only fetches of entities can be merged, and none
 * that uses objects above its path.
 */
function questionOf(node: FetchNode): string {
  const { serviceName, requires, inputRewrites, outputRewrites, contextRewrites, operationName } = node
  if (!requires || contextRewrites || node.operationKind !== 'query') return JSON.stringify(node)
  const operation = operationName === undefined ? node.operation : node.operation.replace(operationName, '')
  return JSON.stringify([serviceName, operation, requires, inputRewrites, outputRewrites])
}
