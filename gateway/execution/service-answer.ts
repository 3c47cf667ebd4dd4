/** Reads what a service answered: its data, with each of its errors at the place it explains. The answer itself is never changed. */
import type { GraphQLError } from 'graphql'
import type { ServiceAnswer } from '../traffic/send.ts'
import { Failure, failureOf, serviceError } from './failure.ts'
import { type Data, isData } from './run.ts'

export interface ReadAnswer {
  /** The data, or why there is none. */
  readonly data: Readonly<Data> | Failure
  /** Errors that name no place where something is missing. */
  readonly unplaced: readonly GraphQLError[]
}

export function readAnswer(service: string, answer: ServiceAnswer): ReadAnswer {
  const { data, errors } = answer
  if (!errors || errors.length === 0) {
    if (typeof data === 'object' && data !== null) return { data, unplaced: [] }
    return {
      data: failureOf(serviceError(service, { message: 'the answer has neither data nor errors' })),
      unplaced: [],
    }
  }
  const shown = errors.map((error) => ({ error: serviceError(service, error), path: error.path }))
  if (typeof data !== 'object' || data === null) {
    return { data: new Failure(shown.map(({ error, path }) => ({ error, below: path ?? [] }))), unplaced: [] }
  }
  const copy = copyOf(data) as Data
  const unplaced = shown.filter(({ error, path }) => !place(copy, error, path ?? [])).map(({ error }) => error)
  return { data: copy, unplaced }
}

/** A copy in which an object that stood in several places is one in each of them, since an error may name only one. */
function copyOf(value: unknown, levels = MAX_LEVELS): unknown {
  if (levels === 0) return value
  if (Array.isArray(value)) return value.map((item) => copyOf(item, levels - 1))
  if (!isData(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member, levels - 1)]))
}

/** No selection reaches deeper; the values of custom scalars may. */
const MAX_LEVELS = 1_000

/** Puts an error where its path meets the first null; false where it meets none. */
function place(data: Data, error: GraphQLError, path: readonly (string | number)[]): boolean {
  let parent: Record<string | number, unknown> = data
  for (const [depth, segment] of path.entries()) {
    if (!Object.hasOwn(parent, segment)) return false
    const value = parent[segment]
    if (value === null || value instanceof Failure) {
      const fault = { error, below: path.slice(depth + 1) }
      parent[segment] = new Failure(value === null ? [fault] : [...value.faults, fault])
      return true
    }
    if (typeof value !== 'object' || value === undefined) return false
    parent = value as Record<string | number, unknown>
  }
  return false
}
