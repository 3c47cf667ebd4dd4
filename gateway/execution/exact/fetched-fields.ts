/**
 * What a request asks a service for, as a tree: so that a failure costs exactly those fields, and
 * nothing another service gave.
 */
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { own } from '../../../platform/data/own.ts'
import { Failure, failureAt } from '../answer/failure.ts'
import type { WrittenPlaces } from '../plan/paths.ts'
import { PlanShapeError } from '../plan/shape-error.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { type Data, isData } from './run.ts'

/** The field through which a service answers for entities. */
export const ENTITIES = '_entities'

export interface FetchedField {
  /** In the engine's data. */
  readonly name: string
  /** In the answer, and in the paths of its errors. */
  readonly answered: string
  /** In the schema. */
  readonly field: string
  /** Types the object must be of, all of them, for the field to be asked for. */
  readonly on: readonly string[]
  readonly children: FetchedFields
}

export type FetchedFields = readonly FetchedField[]

/** The fields of a request's one operation. @throws PlanShapeError */
export function fetchedFields(document: DocumentNode): FetchedFields {
  const [operation, ...others] = document.definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) throw new PlanShapeError('named fragments')
  return fieldsOf(operation.selectionSet, [])
}

function fieldsOf({ selections }: SelectionSetNode, on: readonly string[]): FetchedField[] {
  return selections.flatMap((selection): FetchedField[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) throw new PlanShapeError('named fragments')
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value
      return fieldsOf(selection.selectionSet, condition === undefined ? on : [...on, condition])
    }
    const children = selection.selectionSet ? fieldsOf(selection.selectionSet, []) : []
    const field = selection.name.value
    const name = selection.alias?.value ?? field
    return [{ name, answered: name, field, on, children }]
  })
}

/** Everything asked for below a field, whatever the type. */
export const fieldBelow = (fields: FetchedFields, name: string): FetchedFields =>
  fields.filter((field) => field.name === name).flatMap((field) => field.children)

/**
 * Leaves the failure in each field that was asked of this object, which must be writable, and is
 * not there.
 */
export function loseFields(
  target: Data,
  fields: FetchedFields,
  failure: Failure,
  places: WrittenPlaces | undefined,
  types: TypeRelations,
): void {
  const typename = target['__typename']
  let asked: ReadonlySet<unknown> | undefined
  const isAsked = (segment: unknown): boolean => {
    asked ??= new Set(fields.map(({ answered }) => answered))
    return asked.has(segment)
  }
  for (const { name, answered, on, children } of fields) {
    if (name === '__typename') continue
    if (typeof typename === 'string' && !on.every((condition) => types.belongsTo(typename, condition))) continue
    const known = own(target, name)
    const ofField = failureAt(failure, answered, isAsked)
    if (known === undefined) target[name] = ofField
    else if (children.length > 0) target[name] = withLost(known, children, ofField, places?.children.get(name), types)
  }
}

const isIndex = (segment: unknown): boolean => typeof segment === 'number'

/**
 * The value without the fields that failed: itself where later steps write to it, otherwise a copy,
 * since it may be another request's too.
 */
export function withLost(
  known: unknown,
  fields: FetchedFields,
  failure: Failure,
  places: WrittenPlaces | undefined,
  types: TypeRelations,
): unknown {
  if (Array.isArray(known)) {
    return known.map((item, index) => withLost(item, fields, failureAt(failure, index, isIndex), places, types))
  }
  if (!isData(known) || known instanceof Failure) return known
  const target = places ? known : { ...known }
  loseFields(target, fields, failure, places, types)
  return target
}
