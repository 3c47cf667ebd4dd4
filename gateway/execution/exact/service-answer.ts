/** Reads a service's answer: its data, with each error at the place that it explains. */
import type { ParsedAnswer } from '../../traffic/call/send.ts'
import { Failure, type Fault, failureOf, faultsOf, serviceError } from '../answer/failure.ts'
import { type Data, isData } from './data.ts'

export interface ReadAnswer {
  /** The data, or why there is none. */
  readonly data: Readonly<Data> | Failure
  /** Errors whose path leads to no missing value. */
  readonly unplaced: readonly Fault[]
}

export function readAnswer(service: string, { data, errors = [] }: ParsedAnswer): ReadAnswer {
  const faults = faultsOf(service, errors)
  if (isData(data)) {
    const failures = new Map<Failure, Fault[]>()
    return { data, unplaced: faults.filter((fault) => !place(data, fault, failures)) }
  }
  const nothing = () => failureOf(serviceError(service, { message: 'the answer has neither data nor errors' }))
  return { data: faults.length > 0 ? new Failure(faults) : nothing(), unplaced: [] }
}

/**
 * Puts an error at the first null on its path; false if there is none.
 * @param failures put there before
 */
function place(data: Data, { error, below }: Fault, failures: Map<Failure, Fault[]>): boolean {
  let parent: Record<string | number, unknown> = data
  for (const [depth, segment] of below.entries()) {
    const value = Object.hasOwn(parent, segment) ? parent[segment] : undefined
    if (value === null || value instanceof Failure) {
      const faults = (value && failures.get(value)) ?? []
      faults.push({ error, below: below.slice(depth + 1) })
      if (value === null) {
        const failure = new Failure(faults)
        failures.set(failure, faults)
        parent[segment] = failure
      }
      return true
    }
    if (typeof value !== 'object') return false
    parent = value as Record<string | number, unknown>
  }
  return false
}
