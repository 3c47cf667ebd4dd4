/**
 * Completes a deferred part of an object that the client already has. The object gets the new
 * fields only once the whole part is complete: a null that is not allowed costs the part, and
 * nothing that the client has.
 */
import { own } from '../../../platform/data/own.ts'
import { isMissing } from '../answer/error-report.ts'
import { leafLength } from '../answer/limit.ts'
import type { Addition } from '../answer/part.ts'
import type { FieldShape, ObjectShape, SelectionShape } from '../answer/shape.ts'
import type { Completer, Output, Place } from '../exact/complete-answer.ts'
import { isData } from '../exact/data.ts'

interface Change extends Addition {
  readonly output: Output
}

/** The fields that the object gets; `undefined` if the part is lost. */
export function completePart(shape: ObjectShape, place: Place, completer: Completer): readonly Addition[] | undefined {
  const changes: Change[] = []
  const before = completer.parts.length
  if (!addRest(shape, place, completer, changes)) {
    completer.parts.length = before
    return undefined
  }
  for (const { output, data } of changes) Object.assign(output, data)
  return changes
}

/** False if a field that is not nullable is missing. */
function addRest(shape: ObjectShape, place: Place, completer: Completer, changes: Change[]): boolean {
  const { path, source, output } = place
  const data = Object.create(null) as Output
  let isNew = false
  for (const field of shape.fields) {
    const { responseName } = field
    if (Object.hasOwn(output, responseName)) {
      const value = output[responseName]
      const at = { path: [...path, responseName], source, output: value, field: `${shape.type.name}.${responseName}` }
      if (!addWithin(field, at, completer, changes)) return false
      continue
    }
    const value = completer.field(path, field, shape, source)
    if (isMissing(value)) return false
    data[responseName] = value
    isNew = true
  }
  if (isNew) changes.push({ path, data, output })
  for (const part of shape.parts ?? []) completer.defer({ ...place, part })
  return true
}

/** Adds to a field that the client already has in part. */
function addWithin(
  { value }: FieldShape,
  at: AnyPlace & Pick<Place, 'source'>,
  completer: Completer,
  changes: Change[],
): boolean {
  if (value.kind === 'introspection') {
    addMissing(completer.introspect(value.nodes), at.output, at.path, changes)
    return true
  }
  if (value.kind !== 'data' || !value.selection) return true
  return addToEach(value.selection, { ...at, source: own(at.source, value.source) }, completer, changes)
}

interface AnyPlace {
  readonly path: Place['path']
  readonly source: unknown
  readonly output: unknown
  /** For messages, such as `Query.top`. */
  readonly field: string
}

function addToEach(selection: SelectionShape, at: AnyPlace, completer: Completer, changes: Change[]): boolean {
  const { path, source, output, field } = at
  if (Array.isArray(output)) {
    const items: readonly unknown[] = Array.isArray(source) ? source : []
    return output.every((item: unknown, index) =>
      addToEach(selection, { path: [...path, index], source: items[index], output: item, field }, completer, changes),
    )
  }
  // A null stays null: its error was sent already.
  if (typeof output !== 'object' || output === null || !isData(source)) return true
  // What the client has of it depended on no type; what is added may.
  const shape = completer.shapeOf(path, source, selection, field)
  return !isMissing(shape) && addRest(shape, { path, source, output: output as Output }, completer, changes)
}

/** Adds the missing fields of an introspection answer. */
function addMissing(value: unknown, known: unknown, path: Place['path'], changes: Change[]): void {
  if (Array.isArray(known)) {
    for (const [index, item] of known.entries())
      addMissing((value as readonly unknown[])[index], item, [...path, index], changes)
    return
  }
  if (typeof known !== 'object' || known === null) return
  const data = Object.create(null) as Output
  for (const [name, each] of Object.entries(value as Output)) {
    if (Object.hasOwn(known, name)) addMissing(each, (known as Output)[name], [...path, name], changes)
    else data[name] = each
  }
  if (Object.keys(data).length > 0) changes.push({ path, data, output: known as Output })
}

/**
 * Everything that the client has of a part's fields, which counts like new data. @throws TOO_LARGE
 */
export function wholePart(shape: ObjectShape, { source, output }: Omit<Place, 'path'>, completer: Completer): Output {
  const whole = Object.create(null) as Output
  for (const { responseName, value } of shape.fields) {
    if (!Object.hasOwn(output, responseName)) continue
    const known = output[responseName]
    completer.grow(responseName.length + 4)
    if (value.kind === 'data' && value.selection)
      whole[responseName] = wholeOf(value.selection, own(source, value.source), known, completer)
    else if (value.kind === 'introspection') whole[responseName] = completer.introspect(value.nodes)
    else {
      whole[responseName] = known
      completer.grow(leafLength(known))
    }
  }
  return whole
}

function wholeOf(selection: SelectionShape, source: unknown, output: unknown, completer: Completer): unknown {
  if (Array.isArray(output)) {
    const items: readonly unknown[] = Array.isArray(source) ? source : []
    completer.grow(output.length)
    return output.map((item: unknown, index) => wholeOf(selection, items[index], item, completer))
  }
  if (typeof output !== 'object' || output === null || !isData(source)) return null
  const shape = selection.of(source['__typename'])
  return shape ? wholePart(shape, { source, output: output as Output }, completer) : null
}
