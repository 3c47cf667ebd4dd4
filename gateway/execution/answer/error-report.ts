/** The errors of an answer on their way to the client, each at its path. */
import { type GraphQLError, type GraphQLOutputType, isListType, isNonNullType } from 'graphql'
import { MAX_ERRORS } from './answer.ts'
import { errorAt, type Failure, type Fault, LOST } from './failure.ts'
import { pathLength } from './limit.ts'
import type { SelectionShape } from './shape.ts'

export type Path = readonly (string | number)[]

/**
 * A null whose reason is already among the errors, on its way to the nearest place that may be
 * null.
 */
export const FAILED = Symbol('failed')
/**
 * The same for a value that did not fail itself: the error of a field beside it that failed takes
 * precedence.
 */
export const TAKEN_ALONG = Symbol('taken along')

export type Missing = typeof FAILED | typeof TAKEN_ALONG
export const isMissing = (value: unknown): value is Missing => value === FAILED || value === TAKEN_ALONG

/** What the client sees at a place. */
export interface Seen {
  readonly type: GraphQLOutputType
  readonly selection: SelectionShape | undefined
}

/** How many more errors one answer may have; all of its reports share this. */
export interface ErrorRoom {
  errors: number
  /** Characters of their paths: aliases may be long. */
  characters: number
}

const MOST_CHARACTERS = 1024 * 1024

/** Whether no more errors fit. */
export const isSpent = ({ errors, characters }: ErrorRoom): boolean => errors <= 0 || characters <= 0

export const errorRoom = (): ErrorRoom => ({ errors: MAX_ERRORS, characters: MOST_CHARACTERS })

export class ErrorReport {
  readonly #room: ErrorRoom
  readonly #errors: GraphQLError[] = []
  /**
   * Errors of values that were lost because of another value. An error that a failure beside it
   * explains is taken out again.
   */
  readonly #lost: GraphQLError[] = []
  /** Those that name no place in the answer. */
  readonly #unplaced: GraphQLError[] = []

  constructor(room: ErrorRoom = errorRoom()) {
    this.#room = room
  }

  get all(): readonly GraphQLError[] {
    return [...this.#errors, ...this.#lost, ...this.#unplaced]
  }

  /** True if no more errors with a place are accepted. */
  get isFull(): boolean {
    return isSpent(this.#room)
  }

  /** How many values were lost until now. */
  get lost(): number {
    return this.#lost.length
  }

  takeBackLost(since: number): void {
    this.#lost.length = since
  }

  addUnplaced(faults: readonly Fault[]): void {
    this.#unplaced.push(...faults.slice(0, MAX_ERRORS - this.#unplaced.length).map(({ error }) => error))
  }

  /** Takes the errors without a place, for another report. */
  takeUnplaced(): readonly GraphQLError[] {
    return this.#unplaced.splice(0)
  }

  add(error: GraphQLError, path: Path): typeof FAILED {
    if (this.isFull) return FAILED
    this.#room.errors -= 1
    this.#room.characters -= pathLength(path)
    this.#errors.push(errorAt(error, path))
    return FAILED
  }

  /** @param path to the value that is missing @param seen what the client sees there */
  tell(failure: Failure, path: Path, seen: () => Seen): Missing {
    if (failure === LOST) {
      for (const { error } of LOST.faults) {
        if (this.#lost.length >= MAX_ERRORS || this.isFull) break
        this.#room.characters -= pathLength(path)
        this.#lost.push(errorAt(error, [...path]))
      }
      return TAKEN_ALONG
    }
    const told = new Set<string>()
    for (const each of failure.faults) {
      if (this.isFull) break
      const place = each.below.length > 0 ? [...path, ...clientPath(each, seen())] : [...path]
      const known = told.size
      if (told.add(JSON.stringify(place)).size > known) this.add(each.error, place)
    }
    return FAILED
  }
}

/**
 * What is left of a fault's path below the value it cost, in the client's names, as far as they can
 * be told.
 */
function clientPath({ below }: Fault, { type, selection }: Seen): Path {
  const path: (string | number)[] = []
  let current = selection
  let within = type
  for (const segment of below) {
    if (isNonNullType(within)) within = within.ofType
    if (typeof segment === 'number') {
      if (!isListType(within)) break
      within = within.ofType
      path.push(segment)
      continue
    }
    const field = isListType(within) ? undefined : fieldOf(current, segment)
    if (!field) break
    path.push(field.responseName)
    within = field.value.type
    current = field.value.selection
  }
  return path
}

/**
 * If the object's type is no longer known, the first type that has such a field: the client gave
 * the field one name for all of them.
 */
function fieldOf(selection: SelectionShape | undefined, source: string) {
  for (const { fields } of selection?.all() ?? []) {
    for (const { responseName, value } of fields) {
      if (value.kind === 'data' && value.source === source) return { responseName, value }
    }
  }
  return undefined
}
