/**
 * Reads what a service answered: its data, with each of its errors at the place it explains. The
 * answer itself is not changed.
 */
import type { GraphQLError } from 'graphql'
import type { ParsedAnswer } from '../../traffic/call/send.ts'
import { Failure, type Fault, failureOf, serviceError } from '../answer/failure.ts'
import { type Data, isData } from './run.ts'

interface ReadAnswer {
  /** The data, or why there is none. */
  readonly data: Readonly<Data> | Failure
  /** Errors that name no place where something is missing. */
  readonly unplaced: readonly GraphQLError[]
}

export function readAnswer(service: string, answer: ParsedAnswer): ReadAnswer {
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
  const place = placing(data)
  const unplaced = shown.filter(({ error, path }) => !place.put(error, path ?? [])).map(({ error }) => error)
  return { data: place.data, unplaced }
}

type Container = Record<string | number, unknown>

/**
 * Copies what lies on the way to an error, once, and nothing else. An object that stood in several
 * places is then one in each of them, since an error may name only one.
 */
function placing(data: Readonly<Data>) {
  const copies = new Set<unknown>()
  const faults = new Map<Failure, Fault[]>()
  const copyOf = (value: object): Container => {
    const copy = (Array.isArray(value) ? [...value] : { ...value }) as Container
    copies.add(copy)
    return copy
  }
  const root = copyOf(data)
  return {
    data: root as Data,
    /** Puts an error where its path meets the first null; false where it meets none. */
    put(error: GraphQLError, path: readonly (string | number)[]): boolean {
      let parent = root
      for (const [depth, segment] of path.entries()) {
        if (!Object.hasOwn(parent, segment)) return false
        const value = parent[segment]
        if (value === null || value instanceof Failure) {
          const all = (value && faults.get(value)) ?? []
          all.push({ error, below: path.slice(depth + 1) })
          if (value === null) {
            const failure = new Failure(all)
            faults.set(failure, all)
            parent[segment] = failure
          }
          return true
        }
        if (!Array.isArray(value) && !isData(value)) return false
        if (copies.has(value)) parent = value as Container
        else {
          const copy = copyOf(value)
          parent[segment] = copy
          parent = copy
        }
      }
      return false
    },
  }
}
