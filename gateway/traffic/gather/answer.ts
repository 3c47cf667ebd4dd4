/** Gives each of several gathered calls its part of the common answer. */
import type { GraphQLFormattedError } from 'graphql'
import { own } from '../../../platform/data/own.ts'
import { remember, reportedIn } from '../../errors/reported.ts'
import { openAnswer } from '../call/answer.ts'
import type { ParsedAnswer, ServiceAnswer } from '../call/send.ts'
import { aliasOf } from './body.ts'

const HEAD = Buffer.from('{"data":{"_entities":')
const TAIL = Buffer.from(']}}')
const ERRORS = Buffer.from('},"errors":')

/**
 * The bytes of the parts, each as the answer to its own call; `undefined` if they are not plainly
 * found. They are not checked: a wrong cut leaves brackets open, which is no JSON.
 */
export function splitAnswer(body: Buffer, count: number): readonly Buffer[] | undefined {
  const parts: Buffer[] = []
  const first = `{"data":{"${aliasOf(0)}":`
  if (body.toString('latin1', 0, first.length) !== first) return undefined
  let begin = first.length
  for (let index = 1; index < count; index += 1) {
    const separator = `],"${aliasOf(index)}":`
    const end = body.indexOf(separator, begin, 'latin1')
    if (end < 0) return undefined
    parts.push(Buffer.concat([HEAD, body.subarray(begin, end), TAIL]))
    begin = end + separator.length
  }
  // The end of the whole answer also ends that of the last part. Errors concern all parts.
  const last = body.subarray(begin)
  return last.includes(ERRORS) ? undefined : [...parts, Buffer.concat([HEAD, last])]
}

/** @param body the bytes of the part, if they are known */
export function answerOfPart(whole: ServiceAnswer, index: number, body: Buffer | undefined): ServiceAnswer {
  if (body) return openAnswer(body)
  const part = partOf(whole.parsed(), index)
  return openAnswer(Buffer.from(JSON.stringify(part)), part)
}

/** The same error with another path, or none. */
const placed = (error: GraphQLFormattedError, place: Pick<GraphQLFormattedError, 'path'>): GraphQLFormattedError => {
  const { path: _path, ...rest } = error
  return remember({ ...rest, ...place }, reportedIn(error))
}

/**
 * Without data all parts fail, each with its own errors, or else with those of the others. With
 * data, errors of no part are reported once.
 */
function partOf({ data, errors = [] }: ParsedAnswer, index: number): ParsedAnswer {
  const mine = errors
    .filter(({ path }) => path?.[0] === aliasOf(index))
    .map((error) => placed(error, { path: ['_entities', ...(error.path ?? []).slice(1)] }))
  if (!data) return { data: null, errors: mine.length > 0 ? mine : errors.map((error) => placed(error, {})) }
  const ofNone = index > 0 ? [] : errors.filter(({ path }) => !Object.hasOwn(data, path?.[0] ?? ''))
  const told = [...mine, ...ofNone]
  return { data: { _entities: own(data, aliasOf(index)) }, ...(told.length > 0 && { errors: told }) }
}
