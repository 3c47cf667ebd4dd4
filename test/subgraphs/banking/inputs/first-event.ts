/** Subscribes over server-sent events and reads only the first message, which may be an error. */
import { setTimeout as sleep } from 'node:timers/promises'
import { SIGNATURE_HEADER, sign } from '../../../../platform/protocol/signature.ts'
import type { Answer } from '../../../support/answer.ts'
import { TEST_SECRET } from '../../../support/signed-call.ts'
import type { TestService } from '../support/service.ts'

/**
 * A stream that is silent for so long has been accepted: errors come at once, even on slow
 * machines.
 */
const SILENCE = 3_000 // milliseconds

export async function firstEvent(
  service: TestService,
  caller: string,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const authorization = await service.token(caller)
  const body = JSON.stringify({ query, variables })
  const signed = { method: 'POST', path: '/graphql', body, authorization, perspective: undefined, requestId: undefined }
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    authorization,
    [SIGNATURE_HEADER]: sign(TEST_SECRET, signed),
  }
  const leaving = new AbortController()
  const response = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body, signal: leaving.signal })
  const told = await Promise.race([untilData(response), sleep(SILENCE, undefined, { ref: false })])
  leaving.abort()
  return { status: response.status, headers: response.headers, data: { done: null }, ...told }
}

async function untilData(response: Response): Promise<Pick<Answer, 'data' | 'errors'> | undefined> {
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const [, json] = /^(?:data: )?(\{.*\})$/m.exec(text) ?? []
    if (json !== undefined) return JSON.parse(json)
  }
  return undefined
}
