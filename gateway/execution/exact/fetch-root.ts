/** Carries out a fetch from a root type. A call that fails costs the fields it asked for. */
import type { ServiceAnswer } from '../../traffic/call/send.ts'
import { Failure } from '../answer/failure.ts'
import { requestBody } from '../calls/request-body.ts'
import { selectionOf } from '../calls/selection.ts'
import type { Fetch } from '../plan/step.ts'
import { call, dataOf } from './call.ts'
import { loseFields } from './lost-fields.ts'
import { mergeInto } from './merge.ts'
import { placesAt } from './places.ts'
import type { Run } from './run.ts'

/** @param given the answer, if it arrived without a call: an event */
export async function fetchRoot(fetch: Fetch, run: Run, given?: ServiceAnswer): Promise<void> {
  const { node, paths } = fetch
  const places = paths.flatMap((path) => placesAt(run.data, path))
  if (places.length === 0) return
  const answer = given ?? run.before.answerTo(fetch) ?? call(fetch, requestBody(node, run.variables), run)
  const data = await dataOf(fetch, answer, run)
  const selection = selectionOf(node)
  for (const { object } of places) {
    if (data instanceof Failure) loseFields(object, selection, data, run.types)
    else mergeInto(object, data, selection, run)
  }
}
