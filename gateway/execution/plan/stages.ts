/** A plan for people: which services it asks, and in what order. */
import type { Step } from './step.ts'

/** Services, those of one step at a time; each step waits for the one before. */
export type Stages = readonly (readonly string[])[]

export function stagesOf(step: Step | undefined): Stages {
  if (!step) return []
  if (step.kind === 'fetch') return [[step.node.serviceName]]
  const parts = step.steps.map(stagesOf)
  if (step.kind === 'sequence') return parts.flat()
  const longest = Math.max(0, ...parts.map(({ length }) => length))
  return Array.from({ length: longest }, (_, at) => [...new Set(parts.flatMap((part) => part[at] ?? []))])
}
