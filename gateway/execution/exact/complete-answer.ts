/**
 * Completes an answer value by value as the specification says, with every error at its path and
 * every null where it must go. It is the path for whatever the fast writer does not expect; it
 * never guesses.
 */

import { type FieldNode, GraphQLError, type GraphQLOutputType, isLeafType, isListType, isNonNullType } from 'graphql'
import { own } from '../../../platform/data/own.ts'
import { type ErrorReport, FAILED, isMissing, type Missing, TAKEN_ALONG } from '../answer/error-report.ts'
import { Failure } from '../answer/failure.ts'
import { leafCheck } from '../answer/leaf.ts'
import { leafLength, TOO_LARGE } from '../answer/limit.ts'
import type { ObjectShape, SelectionShape } from '../answer/shape.ts'
import { isData } from './data.ts'

type Data = Readonly<Record<string, unknown>>

/**
 * Gives the data. @param report takes the errors @param introspect answers `__schema` and `__type`
 * @param longest characters of the answer; it throws `TOO_LARGE` beyond
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: mutually recursive parts
export function completeAnswer(
  shape: ObjectShape,
  data: Data,
  report: ErrorReport,
  introspect: (nodes: readonly FieldNode[]) => unknown,
  longest: number,
): Record<string, unknown> | null {
  const path: (string | number)[] = []
  let length = 0
  const grow = (characters: number): void => {
    length += characters
    if (length > longest) throw TOO_LARGE
  }

  const fault = (message: string): typeof FAILED =>
    report.add(new GraphQLError(message, { extensions: { code: 'INTERNAL' } }), [...path])

  const completeObject = ({ type, fields }: ObjectShape, source: Data): Record<string, unknown> | Missing => {
    const output = Object.create(null) as Record<string, unknown>
    const before = report.lost
    let isLost = false
    for (const { responseName, value } of fields) {
      path.push(responseName)
      grow(responseName.length + 4)
      let result: unknown
      if (value.kind === 'typename') result = type.name
      else if (value.kind === 'introspection') result = introspect(value.nodes)
      else if (value.kind === 'denied') result = deny(value.error, value.type)
      else result = complete(own(source, value.source), value.type, value.selection, `${type.name}.${responseName}`)
      path.pop()
      if (result === FAILED) {
        report.takeBackLost(before)
        return FAILED
      }
      isLost ||= result === TAKEN_ALONG
      output[responseName] = result
    }
    return isLost ? TAKEN_ALONG : output
  }

  const deny = (error: GraphQLError, type: GraphQLOutputType): Missing | null => {
    report.add(error, [...path])
    return isNonNullType(type) ? FAILED : null
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
    if (value instanceof Failure) return report.tell(value, path, () => ({ type, selection }))
    if (isListType(type)) return completeList(value, type.ofType, selection, place)
    if (isLeafType(type)) {
      if (!leafCheck(type)(value)) return fault(`The service gave no ${type.name} for ${place}.`)
      grow(leafLength(value))
      return value
    }
    if (!isData(value) || !selection) return fault(`The service gave no object for ${place}.`)
    const source: Data = value
    const shape = selection.of(source['__typename'])
    if (!shape) return fault(`The service gave no object of a known type for ${place}.`)
    if (shape.denied) return report.add(shape.denied, [...path])
    return completeObject(shape, source)
  }

  const completeList = (
    value: unknown,
    type: GraphQLOutputType,
    selection: SelectionShape | undefined,
    place: string,
  ): unknown => {
    if (!Array.isArray(value)) return fault(`The service gave no list for ${place}.`)
    const output: unknown[] = []
    const before = report.lost
    let isLost = false
    for (const [index, item] of value.entries()) {
      path.push(index)
      grow(1)
      const result = complete(item, type, selection, place)
      path.pop()
      if (result === FAILED) {
        report.takeBackLost(before)
        return FAILED
      }
      isLost ||= result === TAKEN_ALONG
      output.push(result)
    }
    return isLost ? TAKEN_ALONG : output
  }

  const result = completeObject(shape, data)
  return isMissing(result) ? null : result
}
