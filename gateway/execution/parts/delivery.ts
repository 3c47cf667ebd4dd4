/** Which deferred parts an answer has announced, and what becomes of each. */
import { GraphQLError, type SelectionNode } from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import { ErrorReport, type Path } from '../answer/error-report.ts'
import { errorAt } from '../answer/failure.ts'
import type { AnswerLimit } from '../answer/limit.ts'
import { TOO_LARGE, tooLarge } from '../answer/limit.ts'
import type { Addition, Completed, Pending } from '../answer/part.ts'
import type { PartShape } from '../answer/shape.ts'
import type { Completer, Output, Place } from '../exact/complete-answer.ts'
import type { Run } from '../exact/run.ts'
import { completePart, wholePart } from './complete-part.ts'
import type { Later } from './later.ts'
import type { SplitPlan } from './split-plan.ts'

export interface Delivery {
  /** Announces what was found since the last time. */
  announce(): readonly Pending[]
  /** Whether anything announced is still to come. */
  readonly hasNext: boolean
  readonly hasReady: boolean
  /**
   * Completes one of the fragments that are ready, for all objects. Its fields are to be sent
   * before the next one's: that may add to the same objects.
   */
  completeReady(): readonly Completed[]
}

interface Announced extends Pending {
  readonly part: PartShape
  readonly place: Place
}

const UNKNOWN = codedError(
  'INTERNAL',
  'A service does not know this object, and a field that it gives must not be null.',
)

interface DeliveryOptions {
  readonly limit: AnswerLimit
  readonly needed: SplitPlan['needed']
  readonly run: Run
  readonly completer: Completer
  readonly later: Later
}

export function createDelivery({ limit, needed, run, completer, later }: DeliveryOptions): Delivery {
  const waiting = new Set<Announced>()
  /** A fragment that stands in several others is announced once for each object. */
  const known = new WeakMap<Output, Set<SelectionNode>>()
  let count = 0
  /** The errors of the first part that makes the answer too large, and of every part after it. */
  let excess: readonly GraphQLError[] | undefined

  const neededBy = ({ part: { node } }: Announced): readonly number[] => needed.get(node) ?? []
  const isReady = (one: Announced): boolean => neededBy(one).every(later.isOver)

  const isNew = ({ output }: Place, { node }: PartShape): boolean => {
    const nodes = known.get(output) ?? new Set()
    known.set(output, nodes)
    return nodes.size < nodes.add(node).size
  }

  const errorOf = (one: Announced): GraphQLError | undefined => {
    const fault = neededBy(one)
      .map(later.fault)
      .find((each) => each !== undefined)
    if (fault === undefined) return undefined
    const originalError = fault instanceof Error ? fault : new Error(String(fault))
    return new GraphQLError('Internal error.', { originalError, extensions: { code: 'INTERNAL' } })
  }

  const additionsOf = ({ part, place }: Announced): readonly Addition[] | undefined => {
    const before = completer.parts.length
    try {
      if (run.size >= run.most || excess) throw TOO_LARGE
      return completePart(part.shape, place, completer)
    } catch (error) {
      if (error !== TOO_LARGE) throw error
      completer.parts.length = before
      excess ??= tooLarge(limit, run.context).errors
      return undefined
    }
  }

  /** What is lost because a service knows no such object has no error yet, and needs one. */
  const lossOf = (path: Path, told: readonly GraphQLError[]): readonly GraphQLError[] => {
    const errors = [...told, ...(excess ?? [])]
    return errors.length > 0 ? errors : [errorAt(UNKNOWN, path)]
  }

  const complete = (one: Announced): Completed => {
    const { id, path, label, part, place } = one
    const whole = (): Output => wholePart(part.shape, place, completer)
    const fault = errorOf(one)
    if (fault) return { id, path, label, additions: undefined, errors: [fault], whole }
    completer.report = new ErrorReport()
    const additions = additionsOf(one)
    const told = [...completer.report.all, ...run.report.takeUnplaced()]
    return { id, path, label, additions, errors: additions ? told : lossOf(path, told), whole }
  }

  return {
    announce() {
      const found = completer.parts.splice(0).filter(({ part, ...place }) => isNew(place, part))
      return found.map(({ part, ...place }) => {
        const pending = { id: count++, path: place.path, label: part.label }
        waiting.add({ ...pending, part, place })
        return pending
      })
    },
    get hasNext() {
      return waiting.size > 0
    },
    get hasReady() {
      return waiting.values().some(isReady)
    },
    completeReady() {
      const [first, ...others] = [...waiting].filter(isReady)
      if (!first) return []
      const ready = [first, ...others.filter(({ part }) => part.node === first.part.node)]
      for (const one of ready) waiting.delete(one)
      return ready.map(complete)
    },
  }
}
