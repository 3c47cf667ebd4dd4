/** Gives each of several gathered calls its part of the common answer. */
import type { GraphQLFormattedError } from 'graphql'
import { own } from '../../../platform/data/own.ts'
import type { JsonRecord } from '../../../platform/data/record.ts'
import { remember, reportedIn } from '../../errors/reported.ts'
import { openAnswer } from '../call/answer.ts'
import type { ServiceAnswer } from '../call/send.ts'
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

/**
 * The answers to the calls, in their order; `undefined` for a call that must be asked alone, since
 * only errors of others left it without data.
 */
export function answersOf(whole: ServiceAnswer, count: number): readonly (ServiceAnswer | undefined)[] {
  const { data, errors = [] } = whole.parsed()
  const aliases = Array.from({ length: count }, (_each, index) => aliasOf(index))
  const isPlaced = ({ path }: GraphQLFormattedError): boolean => aliases.includes(String(path?.[0]))
  const ofNone = errors.filter((error) => !isPlaced(error))
  return aliases.map((alias, index) => {
    const mine = errors
      .filter(({ path }) => path?.[0] === alias)
      .map((error) => placed(error, { path: ['_entities', ...(error.path ?? []).slice(1)] }))
    if (data) return answerOf({ _entities: own(data, alias) }, [...mine, ...(index === 0 ? ofNone : [])])
    if (mine.length > 0) return answerOf(null, mine)
    return ofNone.length > 0 ? answerOf(null, ofNone) : undefined
  })
}

function answerOf(data: JsonRecord | null, errors: readonly GraphQLFormattedError[]): ServiceAnswer {
  const answer = { data, ...(errors.length > 0 && { errors }) }
  return openAnswer(Buffer.from(JSON.stringify(answer)), answer)
}

/** The same error with another path. */
const placed = (error: GraphQLFormattedError, place: Pick<GraphQLFormattedError, 'path'>): GraphQLFormattedError =>
  remember({ ...error, ...place }, reportedIn(error))
