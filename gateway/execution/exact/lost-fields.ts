/**
 * Makes a failure cost exactly the fields that were requested, and nothing another service gave.
 */
import { own } from '../../../platform/data/own.ts'
import { ABSENT, Failure, failureAt } from '../answer/failure.ts'
import type { Field, Selection } from '../calls/selection.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { type Data, isData } from './data.ts'

/** Puts the failure in each field that was requested of this object and is missing. */
export function loseFields(target: Data, selection: Selection, failure: Failure, types: TypeRelations): void {
  loseType(target, selection, failure, types)
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

/** Why objects that are known by their interface alone have no type of their own. */
const typeLosses = new WeakMap<Data, Failure>()

function loseType(target: Data, { answered }: Selection, failure: Failure, types: TypeRelations): void {
  if (!answered.has('__typename') || types.isObjectType(target['__typename'])) return
  if (!typeLosses.has(target)) typeLosses.set(target, failure)
}

/** The failure of the service that was to say what the object is. */
export const whyUntyped = (object: Readonly<Data>): Failure | undefined => typeLosses.get(object)

export const isGiven = (known: unknown): boolean =>
  typeof known === 'object' && known !== null && !(known instanceof Failure)

interface Loss {
  readonly name: string
  /** The selection of the object. */
  readonly below: Selection
  readonly failure: Failure
}

/**
 * Fields that services failed to give of an object that does not exist yet: another service may add
 * the object later, without these fields.
 */
const losses = new WeakMap<Data, Loss[]>()

export function keepLoss(target: Data, loss: Loss): void {
  const known = losses.get(target)
  if (known) known.push(loss)
  else losses.set(target, [loss])
}

/**
 * A failed field has an object after all: the object lacks the fields that other services failed to
 * give.
 */
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

/** The service does not know the entity: the fields requested of it are null. */
export function markAbsent(target: Data, selection: Selection, types: TypeRelations): void {
  const { fields } = selection
  loseType(target, selection, ABSENT, types)
  const isTyped = typeof target['__typename'] === 'string'
  for (const field of fields) {
    if (isTyped && isOf(target, field, types) && own(target, field.name) === undefined) target[field.name] = ABSENT
  }
}

/**
 * Whether a field was requested of an object, as far as its type is known. `__typename` is never
 * lost.
 */
function isOf(target: Data, { name, on }: Field, types: TypeRelations): boolean {
  const typename = target['__typename']
  if (name === '__typename') return false
  return typeof typename !== 'string' || on.every((type) => types.belongsTo(typename, type))
}
