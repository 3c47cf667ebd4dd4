/**
 * Lines up what a plan does side by side, so that fetches of one step that ask one service the same
 * question become one call. It changes when a fetch is sent, never after what: a fetch still
 * follows everything it followed before.
 */
import type { FetchNode } from '@apollo/query-planner'
import type { Fetch, Step } from './step.ts'

/**
 * The same in levels where lining it up saves calls. Where it does not, it stays as it is: a branch
 * that is quick need not wait for one that is slow.
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
 * What two fetches have in common that ask the same; only fetches of entities can, and none that
 * depends on what is above its place.
 */
function questionOf(node: FetchNode): string {
  const { serviceName, requires, inputRewrites, outputRewrites, contextRewrites, operationName } = node
  if (!requires || contextRewrites || node.operationKind !== 'query') return JSON.stringify(node)
  const operation = operationName === undefined ? node.operation : node.operation.replace(operationName, '')
  return JSON.stringify([serviceName, operation, requires, inputRewrites, outputRewrites])
}
