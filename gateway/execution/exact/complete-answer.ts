/**
 * Completes an answer value by value as the specification says, with every error at its path and
 * every null where it must go. It is the path for whatever the fast writer does not expect; it
 * never guesses.
 */

import { type FieldNode, GraphQLError, type GraphQLOutputType, isLeafType, isListType, isNonNullType } from 'graphql'
import { own } from '../../../platform/data/own.ts'
import { MAX_ERRORS } from '../answer/answer.ts'
import { errorAt, Failure, type Fault, LOST } from '../answer/failure.ts'
import { leafCheck } from '../answer/leaf.ts'
import { leafLength, TOO_LARGE } from '../answer/limit.ts'
import type { ObjectShape, SelectionShape } from '../answer/shape.ts'
import { isData } from './data.ts'

type Path = (string | number)[]
type Data = Readonly<Record<string, unknown>>

/**
 * A null whose reason is already among the errors, on its way to the nearest place that may be
 * null.
 */
const FAILED = Symbol('failed')
/**
 * The same where nothing failed here: the reason gives way to that of a field beside it which did.
 */
const TAKEN_ALONG = Symbol('taken along')

type Missing = typeof FAILED | typeof TAKEN_ALONG
const isMissing = (value: unknown): value is Missing => value === FAILED || value === TAKEN_ALONG

interface ExactAnswer {
  readonly data: Record<string, unknown> | null
  readonly errors: readonly GraphQLError[]
}

/**
 * @param introspect answers `__schema` and `__type`
 * @param longest characters of the answer; it throws `TOO_LARGE` beyond
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: mutually recursive parts
export function completeAnswer(
  shape: ObjectShape,
  data: Data,
  introspect: (nodes: readonly FieldNode[]) => unknown,
  longest: number,
): ExactAnswer {
  const errors: GraphQLError[] = []
  /**
   * Of values that were lost without fault of theirs; those that a failure beside them explains are
   * taken out again.
   */
  const lost: GraphQLError[] = []
  const path: Path = []
  let length = 0
  const grow = (characters: number): void => {
    length += characters
    if (length > longest) throw TOO_LARGE
  }

  const report = (error: GraphQLError, place: Path): typeof FAILED => {
    if (errors.length < MAX_ERRORS) errors.push(errorAt(error, place))
    return FAILED
  }
  const reportLost = (): typeof TAKEN_ALONG => {
    for (const { error } of LOST.faults) if (lost.length < MAX_ERRORS) lost.push(errorAt(error, [...path]))
    return TAKEN_ALONG
  }
  const fault = (message: string): typeof FAILED =>
    report(new GraphQLError(message, { extensions: { code: 'INTERNAL' } }), [...path])

  const completeObject = ({ type, fields }: ObjectShape, source: Data): Record<string, unknown> | Missing => {
    const output = Object.create(null) as Record<string, unknown>
    const before = lost.length
    let isLost = false
    for (const { responseName, value } of fields) {
      path.push(responseName)
      grow(responseName.length + 4)
      let result: unknown
      if (value.kind === 'typename') result = type.name
      else if (value.kind === 'introspection') result = introspect(value.nodes)
      else result = complete(own(source, value.source), value.type, value.selection, `${type.name}.${responseName}`)
      path.pop()
      if (result === FAILED) {
        lost.length = before
        return FAILED
      }
      isLost ||= result === TAKEN_ALONG
      output[responseName] = result
    }
    return isLost ? TAKEN_ALONG : output
  }

  const complete = (
    value: unknown,
    type: GraphQLOutputType,
    selection: SelectionShape | undefined,
    place: string,
  ): unknown => {
    if (!isNonNullType(type)) {
      const result = completeNullable(value, type, selection, place)
      return isMissing(result) ? null : result
    }
    const result = completeNullable(value, type.ofType, selection, place)
    return result === null ? fault(`Cannot return null for non-nullable field ${place}.`) : result
  }

  const completeNullable = (
    value: unknown,
    type: GraphQLOutputType,
    selection: SelectionShape | undefined,
    place: string,
  ): unknown => {
    if (value === undefined || value === null) return null
    if (value === LOST) return reportLost()
    if (value instanceof Failure) {
      const told = new Set<string>()
      for (const each of value.faults) {
        const place = [...path, ...clientPath(each, selection, type)]
        const known = told.size
        if (told.add(JSON.stringify(place)).size > known) report(each.error, place)
      }
      return FAILED
    }
    if (isListType(type)) return completeList(value, type.ofType, selection, place)
    if (isLeafType(type)) {
      if (!leafCheck(type)(value)) return fault(`The service gave no ${type.name} for ${place}.`)
      grow(leafLength(value))
      return value
    }
    if (!isData(value) || !selection) return fault(`The service gave no object for ${place}.`)
    const source: Data = value
    const shape = selection.of(source['__typename'])
    return shape ? completeObject(shape, source) : fault(`The service gave no object of a known type for ${place}.`)
  }

  const completeList = (
    value: unknown,
    type: GraphQLOutputType,
    selection: SelectionShape | undefined,
    place: string,
  ): unknown => {
    if (!Array.isArray(value)) return fault(`The service gave no list for ${place}.`)
    const output: unknown[] = []
    const before = lost.length
    let isLost = false
    for (const [index, item] of value.entries()) {
      path.push(index)
      grow(1)
      const result = complete(item, type, selection, place)
      path.pop()
      if (result === FAILED) {
        lost.length = before
        return FAILED
      }
      isLost ||= result === TAKEN_ALONG
      output.push(result)
    }
    return isLost ? TAKEN_ALONG : output
  }

  const result = completeObject(shape, data)
  return { data: isMissing(result) ? null : result, errors: [...errors, ...lost] }
}

/**
 * What is left of a fault's path below the value it cost, in the client's names, as far as they can
 * be told.
 */
function clientPath({ below }: Fault, selection: SelectionShape | undefined, type: GraphQLOutputType): Path {
  const path: Path = []
  let current = selection
  let within: GraphQLOutputType = type
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
