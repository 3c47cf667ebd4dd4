/** Calls a service for the exact path, and reads its answer. */

import { largeTurn } from '../../traffic/call/large-answers.ts'
import type { RequestBody, ServiceAnswer } from '../../traffic/call/send.ts'
import { callError, failureOf } from '../answer/failure.ts'
import { callOf } from '../calls/ask.ts'
import type { Fetch } from '../plan/step.ts'
import type { Run } from './run.ts'
import { type ReadAnswer, readAnswer } from './service-answer.ts'

export const call = (fetch: Fetch, body: RequestBody, { ask, context }: Run): Promise<ServiceAnswer> =>
  ask(fetch.index, callOf(fetch, body, context))

/** The data, or why there is none. Errors without a place in it go to the client unchanged. */
export async function dataOf(
  { node }: Fetch,
  answer: Promise<ServiceAnswer> | ServiceAnswer,
  { context, report }: Run,
): Promise<ReadAnswer['data']> {
  const { serviceName } = node
  try {
    const given = await answer
    await largeTurn(context, given.body.length)
    const { data, unplaced } = readAnswer(serviceName, given.parsed())
    report.addUnplaced(unplaced)
    await largeTurn(context, given.body.length)
    return data
  } catch (error) {
    return failureOf(callError(serviceName, error))
  }
}
