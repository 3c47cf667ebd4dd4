/** Keeps track of the deferred parts that an answer has announced, and completes them. */
import { GraphQLError, type SelectionNode } from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import { ErrorReport, type ErrorRoom, errorRoom, isSpent, type Path } from '../answer/error-report.ts'
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

interface Delivery {
  /** Announces the parts found since the last call. */
  announce(): readonly Pending[]
  /** Whether an announced part is outstanding. */
  readonly hasNext: boolean
  readonly hasReady: boolean
  /**
   * Completes one of the ready fragments, for all objects. Send its fields before the next one's,
   * which may add to the same objects.
   */
  completeReady(): readonly Completed[]
}

interface Announced extends Pending {
  readonly part: PartShape
  readonly place: Place
}

const UNTOLD = codedError('OPERATION_TOO_COMPLEX', 'This answer has more errors than are told.')

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

export function createDelivery(options: DeliveryOptions): Delivery {
  const { limit, needed, run, completer, later } = options
  /** A fragment inside several others is announced once for each object. */
  const known = new WeakMap<Output, Set<SelectionNode>>()
  let count = 0
  /** Bounds the errors of all parts together. */
  const room = errorRoom()
  /** The errors of the first part that makes the answer too large, and of every part after it. */
  let excess: readonly GraphQLError[] | undefined

  const neededBy = (node: SelectionNode): readonly number[] => needed.get(node) ?? []
  const waiting = createWaiting((node) => neededBy(node).every(later.isOver))

  const isNew = ({ output }: Place, { node }: PartShape): boolean => {
    const nodes = known.get(output) ?? new Set()
    known.set(output, nodes)
    return nodes.size < nodes.add(node).size
  }

  const errorOf = ({ part: { node } }: Announced): GraphQLError | undefined => {
    const fault = neededBy(node)
      .map(later.fault)
      .find((each) => each !== undefined)
    if (fault === undefined) return undefined
    const originalError = fault instanceof Error ? fault : new Error(String(fault))
    return new GraphQLError('Internal error.', { originalError, extensions: { code: 'INTERNAL' } })
  }

  const additionsOf = ({ part, place }: Announced): readonly Addition[] | undefined => {
    const before = completer.parts.length
    try {
      if (run.size >= run.most) throw TOO_LARGE
      return completePart(part.shape, place, completer)
    } catch (error) {
      if (error !== TOO_LARGE) throw error
      completer.parts.length = before
      excess ??= tooLarge(limit, run.context).errors
      return undefined
    }
  }

  const complete = (one: Announced): Completed => {
    const { id, path, label, part, place } = one
    let whole = (): unknown => wholeOf(one, options)
    const fault = errorOf(one)
    if (fault) return { id, path, label, additions: undefined, errors: [fault], whole }
    completer.report = new ErrorReport(room)
    const additions = additionsOf(one)
    const [own, ...others] = additions ?? []
    // Usually everything is new, and no search is needed.
    if (own && others.length === 0 && own.path === place.path) {
      const { data } = own
      if (Object.keys(data).length === part.shape.fields.length) whole = () => data
    }
    const told = [...completer.report.all, ...run.report.takeUnplaced()]
    return {
      id,
      path,
      label,
      additions,
      errors: additions ? told : lossOf([...told, ...(excess ?? [])], path, room),
      whole,
    }
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
      return waiting.hasAny()
    },
    get hasReady() {
      return waiting.hasReady()
    },
    completeReady: () => waiting.takeReady().map(complete),
  }
}

/** Announced parts, by fragment: a list announces a part for each item and fragment. */
function createWaiting(isReady: (fragment: SelectionNode) => boolean) {
  const byFragment = new Map<SelectionNode, Announced[]>()
  return {
    add(one: Announced): void {
      const { node } = one.part
      const same = byFragment.get(node)
      if (same) same.push(one)
      else byFragment.set(node, [one])
    },
    hasAny: () => byFragment.size > 0,
    hasReady: () => byFragment.keys().some(isReady),
    /** Takes all parts of one ready fragment. */
    takeReady(): readonly Announced[] {
      const fragment = byFragment.keys().find(isReady)
      const ready = (fragment && byFragment.get(fragment)) ?? []
      if (fragment) byFragment.delete(fragment)
      return ready
    },
  }
}

/**
 * A part that is lost because a service does not know the object has no error yet, and needs one.
 */
function lossOf(errors: readonly GraphQLError[], path: Path, room: ErrorRoom): readonly GraphQLError[] {
  if (errors.length > 0) return errors
  return isSpent(room) ? [UNTOLD] : [errorAt(UNKNOWN, path)]
}

/** May repeat so much that the answer becomes too large. @throws GraphQLError */
function wholeOf({ part, place }: Announced, { limit, run, completer }: DeliveryOptions): Output {
  try {
    return wholePart(part.shape, place, completer)
  } catch (error) {
    if (error !== TOO_LARGE) throw error
    throw tooLarge(limit, run.context).errors[0] ?? error
  }
}
