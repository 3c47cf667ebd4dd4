/**
 * The failures of one run, which exists only if something failed. Finds the reason of each null of
 * the answer, and reports it to the client as the exact path does.
 */
import { isListType, isNonNullType } from 'graphql'
import { SURPRISE } from '../../../platform/data/json-bytes.ts'
import type { ErrorReport, Missing, Path, Seen } from '../answer/error-report.ts'
import { ABSENT, type Failure, type Fault, failureAt, failureOfEntity } from '../answer/failure.ts'
import type { ObjectShape } from '../answer/shape.ts'
import { type Selection, selectionOf } from '../calls/selection.ts'
import { ENTITIES } from '../plan/fetch-operation.ts'
import type { PreparedPlan } from '../plan/prepare.ts'
import type { Fetch } from '../plan/step.ts'
import { type ExplainedNull, explainNulls } from './nulls.ts'

/** @param record of the missing object */
type FailureOf = (record: number) => Failure

export class Losses {
  readonly #failed: (FailureOf | undefined)[] = []
  readonly #nulls: (readonly ExplainedNull[] | undefined)[] = []
  readonly #selections: (Selection | undefined)[] = []
  readonly #report: ErrorReport
  readonly #plan: PreparedPlan
  readonly #openShape: () => ObjectShape
  #shape: ObjectShape | undefined

  /** @param openShape makes the shape of the client's answer */
  constructor(report: ErrorReport, plan: PreparedPlan, openShape: () => ObjectShape) {
    this.#report = report
    this.#plan = plan
    this.#openShape = openShape
  }

  /** Records a fetch without an answer. */
  fail(fetch: number, failure: Failure): void {
    this.#failed[fetch] = () => failure
  }

  /**
   * Records an answer for entities that has only errors. @param words of a record @param count
   * requested
   */
  failEntities(fetch: number, failure: Failure, words: number, count: number): void {
    const ofAll = failureAt(failure, ENTITIES, (segment) => segment === ENTITIES)
    this.#failed[fetch] = (record) => failureOfEntity(ofAll, record / words - 1, count)
  }

  /** Records the errors beside an answer's data. @param dataAt where the data begins */
  explain(fetch: number, answer: Buffer, dataAt: number, faults: readonly Fault[]): void {
    const { nulls, unplaced } = explainNulls(answer, dataAt, faults)
    this.#nulls[fetch] = nulls
    this.#report.addUnplaced(unplaced)
  }

  /**
   * Why an object of a fetch is missing. @param nullAt position of its null in the answer, if any
   */
  failureOf(fetch: number, record: number, nullAt: number): Failure {
    return this.#failed[fetch]?.(record) ?? this.nullsIn(fetch, nullAt, nullAt + 1)[0]?.failure ?? ABSENT
  }

  /** The nulls that errors explain in a part of an answer. */
  nullsIn(fetch: number, begin: number, end: number): readonly ExplainedNull[] {
    const nulls = this.#nulls[fetch]
    if (!nulls) return NONE
    let from = 0
    for (let to = nulls.length; from < to; ) {
      const middle = (from + to) >> 1
      if ((nulls[middle] as ExplainedNull).at < begin) from = middle + 1
      else to = middle
    }
    let last = from
    while (last < nulls.length && (nulls[last] as ExplainedNull).at < end) last++
    return last === from ? NONE : nulls.slice(from, last)
  }

  /** @param path to the missing value */
  tell(failure: Failure, path: Path): Missing {
    return this.#report.tell(failure, path, () => this.#seenAt(path))
  }

  /** @param failure of an object @param path to its field */
  tellField(fetch: number, failure: Failure, path: Path): Missing {
    return this.tell(this.#failureOfField(fetch, failure, path), path)
  }

  /**
   * Reports a null inside a copied part of the answer.
   * @param begin of the copied part @param path to it, or to the object whose members are copied
   */
  tellCopied({ failure, steps }: ExplainedNull, begin: number, path: Path, isMembers: boolean): void {
    const inside = steps.flatMap(({ at, segment }) => (at < begin ? [] : segment))
    const whole = [...path, ...inside]
    // Inside a custom scalar's value there is no path for an error.
    if (inside.length > (isMembers ? 1 : 0)) this.#seenAt(whole)
    this.tell(failure, whole)
  }

  #failureOfField(fetch: number, failure: Failure, path: Path): Failure {
    if (failure.faults.every(({ below }) => below.length === 0)) return failure
    const { source } = this.#seenAt(path)
    const { fields, answered } = this.#selectionOf(fetch)
    const [name, ...others] = new Set(fields.flatMap((field) => (field.name === source ? field.answered : [])))
    if (name === undefined || others.length > 0) throw SURPRISE
    return failureAt(failure, name, (segment) => answered.has(segment as string))
  }

  #selectionOf(fetch: number): Selection {
    this.#selections[fetch] ??= selectionOf((this.#plan.fetches[fetch] as Fetch).node)
    return this.#selections[fetch]
  }

  /**
   * What the client sees at a path.
   * @throws SURPRISE if that depends on the types of the objects above it
   */
  #seenAt(path: Path): SeenField {
    this.#shape ??= this.#openShape()
    let shapes: readonly ObjectShape[] = [this.#shape]
    let seen: SeenField | undefined
    for (const step of path) {
      const type = isNonNullType(seen?.type) ? seen.type.ofType : seen?.type
      if (seen && typeof step === 'number') {
        if (!isListType(type)) throw SURPRISE
        seen = { ...seen, type: type.ofType }
        continue
      }
      const found = isListType(type)
        ? []
        : shapes.flatMap(({ fields }) => fields.filter((each) => each.responseName === step))
      const [first, ...others] = found.flatMap(({ value }) => (value.kind === 'data' ? value : []))
      if (!first || others.some(({ source, selection }) => source !== first.source || selection !== first.selection))
        throw SURPRISE
      seen = first
      shapes = first.selection?.all() ?? []
    }
    if (!seen) throw SURPRISE
    return seen
  }
}

interface SeenField extends Seen {
  /** Its name in the engine's data. */
  readonly source: string
}

const NONE: readonly ExplainedNull[] = []
