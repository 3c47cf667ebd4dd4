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
 * The same where nothing failed here: the reason gives way to that of a field beside it which did.
 */
export const TAKEN_ALONG = Symbol('taken along')

export type Missing = typeof FAILED | typeof TAKEN_ALONG
export const isMissing = (value: unknown): value is Missing => value === FAILED || value === TAKEN_ALONG

/** What the client sees at a place. */
export interface Seen {
  readonly type: GraphQLOutputType
  readonly selection: SelectionShape | undefined
}

/** What the errors of one answer may still be; its reports share it. */
export interface ErrorRoom {
  errors: number
  /** Of their paths: aliases may be long. */
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
   * Of values that were lost without fault of theirs; those that a failure beside them explains are
   * taken out again.
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

  /** Whether no more errors with a place are taken. */
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

  /** Those that name no place, which are then told by another report. */
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
 * Where the object's type cannot be told any more, the first type that has such a field: the client
 * gave it one name for all of them.
 */
function fieldOf(selection: SelectionShape | undefined, source: string) {
  for (const { fields } of selection?.all() ?? []) {
    for (const { responseName, value } of fields) {
      if (value.kind === 'data' && value.source === source) return { responseName, value }
    }
  }
  return undefined
}
