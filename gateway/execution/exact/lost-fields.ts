/**
 * Lets a failure cost exactly the fields that were asked for, and nothing another service gave.
 */
import { own } from '../../../platform/data/own.ts'
import { ABSENT, Failure, failureAt } from '../answer/failure.ts'
import type { Field, Selection } from '../calls/selection.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { type Data, isData } from './data.ts'

/** Leaves the failure in each field that was asked of this object and is not there. */
export function loseFields(target: Data, selection: Selection, failure: Failure, types: TypeRelations): void {
  const isAsked = (segment: unknown): boolean => selection.answered.has(segment as string)
  for (const field of selection.fields) {
    if (!isOf(target, field, types)) continue
    const { name, answered, below } = field
    const known = own(target, name)
    if (known !== undefined && !below) continue
    const ofField = failureAt(failure, answered, isAsked)
    if (below && !isGiven(known)) keepLoss(target, { name, below, failure: ofField })
    target[name] = known === undefined || !below ? ofField : withLost(known, below, ofField, types)
  }
}

export const isGiven = (known: unknown): boolean =>
  typeof known === 'object' && known !== null && !(known instanceof Failure)

interface Loss {
  readonly name: string
  /** What was asked of the object. */
  readonly below: Selection
  readonly failure: Failure
}

/**
 * What services failed to give of an object that nobody has given yet: another one may do so later,
 * without these fields.
 */
const losses = new WeakMap<Data, Loss[]>()

export function keepLoss(target: Data, loss: Loss): void {
  const known = losses.get(target)
  if (known) known.push(loss)
  else losses.set(target, [loss])
}

/** A field that failed has an object after all: it lacks what others failed to give of it. */
export function loseFieldsOfGiven(target: Data, name: string, types: TypeRelations): void {
  for (const { name: lost, below, failure } of losses.get(target) ?? [])
    if (lost === name) target[name] = withLost(target[name], below, failure, types)
}

/** The value without the fields that failed. */
export function withLost(known: unknown, selection: Selection, failure: Failure, types: TypeRelations): unknown {
  if (Array.isArray(known)) {
    return known.map((item, index) => withLost(item, selection, failureAt(failure, index, isIndex), types))
  }
  if (isData(known) && !(known instanceof Failure)) loseFields(known, selection, failure, types)
  return known
}

const isIndex = (segment: unknown): boolean => typeof segment === 'number'

/** The service knows no such entity: what it was asked of it is null. */
export function markAbsent(target: Data, { fields }: Selection, types: TypeRelations): void {
  const isTyped = typeof target['__typename'] === 'string'
  for (const field of fields) {
    if (isTyped && isOf(target, field, types) && own(target, field.name) === undefined) target[field.name] = ABSENT
  }
}

/** Whether a field was asked of an object, as far as its type is known; its name never is lost. */
function isOf(target: Data, { name, on }: Field, types: TypeRelations): boolean {
  const typename = target['__typename']
  if (name === '__typename') return false
  return typeof typename !== 'string' || on.every((type) => types.belongsTo(typename, type))
}
