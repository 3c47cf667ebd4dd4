/**
 * Lines up what a plan does side by side, so that fetches of one step that ask one service the same
 * question become one call. It changes when a fetch is sent, never after what: a fetch still
 * follows everything it followed before.
 */
import type { FetchNode, PlanNode } from '@apollo/query-planner'
import { type DataPath, dataPath } from './paths.ts'

/** A fetch with the places it adds to: several where several fetches became one. */
interface PlacedFetch {
  readonly node: FetchNode
  readonly paths: readonly DataPath[]
}

/** Fetches that run side by side; the next level waits for all of them. */
export type Level = readonly PlacedFetch[]

/**
 * The levels of a plan, where lining it up saves calls; `undefined` where it does not: there a
 * branch that is quick need not wait for one that is slow.
 */
export function planLevels(plan: PlanNode): readonly Level[] | undefined {
  const levels = levelsOf(plan, [])
  if (!levels) return undefined
  const merged = levels.map(mergeSame)
  return merged.some((level, index) => level.length < (levels[index]?.length ?? 0)) ? merged : undefined
}

function levelsOf(node: PlanNode, path: DataPath): PlacedFetch[][] | undefined {
  switch (node.kind) {
    case 'Fetch':
      return [[{ node, paths: [path] }]]
    case 'Flatten':
      return levelsOf(node.node, [...path, ...dataPath(node.path)])
    case 'Sequence': {
      const parts = node.nodes.map((child) => levelsOf(child, path))
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined
    }
    case 'Parallel': {
      const levels: PlacedFetch[][] = []
      for (const child of node.nodes) {
        const parts = levelsOf(child, path)
        if (!parts) return undefined
        for (const [depth, part] of parts.entries()) levels[depth] = [...(levels[depth] ?? []), ...part]
      }
      return levels
    }
    default:
      return undefined
  }
}

function mergeSame(level: Level): Level {
  const byQuestion = new Map<string, PlacedFetch>()
  for (const fetch of level) {
    const question = questionOf(fetch.node)
    const same = byQuestion.get(question)
    byQuestion.set(question, same ? { node: same.node, paths: [...same.paths, ...fetch.paths] } : fetch)
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
