/** Summarizes a plan for people: the services that it calls, in order. */
import type { Step } from './step.ts'

/** The services of each step; a step waits for the one before. */
export type Stages = readonly (readonly string[])[]

export function stagesOf(step: Step | undefined): Stages {
  if (!step) return []
  if (step.kind === 'fetch') return [[step.node.serviceName]]
  const parts = step.steps.map(stagesOf)
  if (step.kind === 'sequence') return parts.flat()
  const longest = Math.max(0, ...parts.map(({ length }) => length))
  return Array.from({ length: longest }, (_, at) => [...new Set(parts.flatMap((part) => part[at] ?? []))])
}
