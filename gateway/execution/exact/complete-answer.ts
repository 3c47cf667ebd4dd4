/**
 * Completes an answer value by value as the specification says, with every error at its path and
 * every null where it must go. It handles whatever the flat path does not expect, and never
 * guesses.
 */

import { type FieldNode, GraphQLError, type GraphQLOutputType, isLeafType, isListType, isNonNullType } from 'graphql'
import { own } from '../../../platform/data/own.ts'
import { CONCEALED } from '../../errors/concealed.ts'
import { type ErrorReport, FAILED, isMissing, type Missing, TAKEN_ALONG } from '../answer/error-report.ts'
import { Failure } from '../answer/failure.ts'
import { leafCheck } from '../answer/leaf.ts'
import { leafLength, pathLength, TOO_LARGE } from '../answer/limit.ts'
import type { FieldShape, ObjectShape, PartShape, SelectionShape } from '../answer/shape.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { isData } from './data.ts'
import { whyUntyped } from './lost-fields.ts'

type Data = Readonly<Record<string, unknown>>

/** An object as the client sees it. */
export type Output = Record<string, unknown>

/** The object that a deferred fragment belongs to. */
export interface Place {
  readonly path: readonly (string | number)[]
  /** The object in the engine's data. */
  readonly source: Data
  readonly output: Output
}

interface DeferredPart extends Place {
  readonly part: PartShape
}

/** Characters of an announcement besides label and path. */
const ANNOUNCEMENT = 30 // characters

interface CompleterOptions {
  /** Answers `__schema` and `__type`. */
  readonly introspect: (nodes: readonly FieldNode[]) => unknown
  /** Maximum characters of everything completed; beyond, `TOO_LARGE` is thrown. */
  readonly longest: number
  /** Collects the errors of the answer. */
  readonly report: ErrorReport
  readonly types: Pick<TypeRelations, 'isHidden'>
}

export interface Completer {
  /** Answers `__schema` and `__type`, and counts their size. @throws TOO_LARGE */
  introspect(nodes: readonly FieldNode[]): unknown
  /** Collects the errors from now on. */
  report: ErrorReport
  /** Deferred parts of objects that the client gets to see. */
  readonly parts: DeferredPart[]
  /** Counts other characters sent to the client. @throws TOO_LARGE */
  grow(characters: number): void
  /** Notes a deferred part, and counts its announcement. @throws TOO_LARGE */
  defer(part: DeferredPart): void
  /** The data of a whole answer. */
  answer(shape: ObjectShape, data: Data): Output | null
  /** A field of an object at a path. */
  field(at: Place['path'], field: FieldShape, shape: ObjectShape, source: Data): unknown
  /**
   * The shape of an object at a path, once all is known of it.
   * @param field for messages, such as `Query.top`
   */
  shapeOf(at: Place['path'], source: Data, selection: SelectionShape, field: string): ObjectShape | Missing
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: mutually recursive parts
export function createCompleter({ introspect, longest, report, types }: CompleterOptions): Completer {
  const parts: DeferredPart[] = []
  const path: (string | number)[] = []
  let length = 0
  const grow = (characters: number): void => {
    length += characters
    if (length > longest) throw TOO_LARGE
  }

  const defer = (one: DeferredPart): void => {
    grow(ANNOUNCEMENT + (one.part.label?.length ?? 0) + pathLength(one.path))
    parts.push(one)
  }

  const fault = (message: string, isHidden = false): typeof FAILED => {
    const originalError = isHidden ? CONCEALED : undefined
    const error = new GraphQLError(message, { originalError, extensions: { code: 'INTERNAL' } })
    return completer.report.add(error, [...path])
  }

  const completeObject = (shape: ObjectShape, source: Data): Output | Missing => {
    const output = Object.create(null) as Output
    const before = completer.report.lost
    let isLost = false
    for (const field of shape.fields) {
      const result = completeField(field, shape, source)
      if (result === FAILED) {
        completer.report.takeBackLost(before)
        return FAILED
      }
      isLost ||= result === TAKEN_ALONG
      output[field.responseName] = result
    }
    if (isLost) return TAKEN_ALONG
    if (shape.parts) for (const part of shape.parts) defer({ part, path: [...path], source, output })
    return output
  }

  const completeField = ({ responseName, value }: FieldShape, { type }: ObjectShape, source: Data): unknown => {
    path.push(responseName)
    grow(responseName.length + 4)
    let result: unknown
    if (value.kind === 'typename') result = type.name
    else if (value.kind === 'introspection') result = completer.introspect(value.nodes)
    else if (value.kind === 'denied') result = deny(value.error, value.type)
    else result = complete(own(source, value.source), value.type, value.selection, `${type.name}.${responseName}`)
    path.pop()
    return result
  }

  const deny = (error: GraphQLError, type: GraphQLOutputType): Missing | null => {
    completer.report.add(error, [...path])
    return isNonNullType(type) ? FAILED : null
  }

  const complete = (
    value: unknown,
    type: GraphQLOutputType,
    selection: SelectionShape | undefined,
    place: string,
  ): unknown => {
    if (!isNonNullType(type)) {
      const before = parts.length
      const result = completeNullable(value, type, selection, place)
      if (!isMissing(result)) return result
      // Deferred parts inside the lost object are dropped with it.
      parts.length = before
      return null
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
    if (value instanceof Failure) return completer.report.tell(value, path, () => ({ type, selection }))
    if (isListType(type)) return completeList(value, type.ofType, selection, place)
    if (isLeafType(type)) {
      if (!leafCheck(type)(value)) {
        const isHidden = typeof value === 'string' && types.isHidden(type.name, value)
        return fault(`The service gave no ${type.name} for ${place}.`, isHidden)
      }
      grow(leafLength(value))
      return value
    }
    if (!isData(value) || !selection) return fault(`The service gave no object for ${place}.`)
    const shape = shapeOf(value, selection, place)
    return isMissing(shape) ? shape : completeObject(shape, value)
  }

  const shapeOf = (source: Data, selection: SelectionShape, place: string): ObjectShape | Missing => {
    const typename = source['__typename']
    const shape = selection.of(typename)
    if (shape) return shape.denied ? completer.report.add(shape.denied, [...path]) : shape
    const isHidden = typeof typename === 'string' && types.isHidden(typename)
    const lost = isHidden ? undefined : whyUntyped(source)
    if (lost) return completer.report.tell(lost, path, () => ({ type: selection.type, selection }))
    return fault(`The service gave no object of a known type for ${place}.`, isHidden)
  }

  const completeList = (
    value: unknown,
    type: GraphQLOutputType,
    selection: SelectionShape | undefined,
    place: string,
  ): unknown => {
    if (!Array.isArray(value)) return fault(`The service gave no list for ${place}.`)
    const output: unknown[] = []
    const before = completer.report.lost
    let isLost = false
    for (const [index, item] of value.entries()) {
      path.push(index)
      grow(1)
      const result = complete(item, type, selection, place)
      path.pop()
      if (result === FAILED) {
        completer.report.takeBackLost(before)
        return FAILED
      }
      isLost ||= result === TAKEN_ALONG
      output.push(result)
    }
    return isLost ? TAKEN_ALONG : output
  }

  const completer: Completer = {
    introspect(nodes) {
      const result = introspect(nodes)
      grow(leafLength(result))
      return result
    },
    report,
    parts,
    grow,
    defer,
    answer(shape, data) {
      const result = completeObject(shape, data)
      if (!isMissing(result)) return result
      parts.length = 0
      return null
    },
    field(at, field, shape, source) {
      path.splice(0, path.length, ...at)
      return completeField(field, shape, source)
    },
    shapeOf(at, source, selection, field) {
      path.splice(0, path.length, ...at)
      return shapeOf(source, selection, field)
    },
  }
  return completer
}
