/** A whole answer to a client as a coprocessor sees it, and its changes. */
import { pairsOf } from '../../platform/http/message/fields.ts'
import { isFixedOfAnswer } from '../config/sections/headers.ts'
import { bodyOf } from '../request/body.ts'
import type { Message } from '../request/respond.ts'
import type { CoprocessorAnswer } from './ask-coprocessor.ts'
import { checkedOfAnswer } from './checked-header.ts'

export const toldOf = ({ status, headers, body }: Message) => ({
  headers: Object.fromEntries(listsOf(headers)),
  body: () => textOf(body),
  more: { statusCode: status },
})

/**
 * Applies a coprocessor's changes. Its headers replace those that it was sent, except headers that
 * frame an answer or say who may read or cache it. The body is JSON text.
 * @throws Error for a header that the gateway writes itself, or an invalid body
 */
export function changedMessage(
  message: Message,
  { headers: given, body: text }: CoprocessorAnswer,
  tellsHeaders: boolean,
): Message {
  const headers = given ? changedHeaders(message, given, tellsHeaders) : undefined
  const isOther = text !== undefined && text !== textOf(message.body)
  if (!isOther) return headers ? { ...message, headers } : message
  // A changed answer must not be cached as that of the services.
  const own = pairsOf(headers ?? message.headers).filter(([name]) => !OF_CACHES.has(name))
  return {
    status: message.status,
    headers: [...own, ['cache-control', 'no-store']].flat(),
    body: bodyOf(Buffer.from(answerText(message, text))),
  }
}

const OF_CACHES: ReadonlySet<string> = new Set(['cache-control', 'age', 'etag'])

function changedHeaders(
  { headers }: Message,
  given: NonNullable<CoprocessorAnswer['headers']>,
  tells: boolean,
): string[] {
  const before = listsOf(headers)
  const after = new Map([...before].filter(([name]) => !tells || isFixedOfAnswer(name)))
  for (const [key, values] of Object.entries(given)) {
    const name = key.toLowerCase()
    const lines = [values].flat()
    const same = before.has(name) && String(before.get(name)) === String(lines)
    after.set(name, same ? lines : lines.map((value) => checkedOfAnswer(name, value)[1]))
  }
  // A cookie belongs to one client.
  if (after.has('set-cookie') && !before.has('set-cookie')) {
    for (const name of OF_CACHES) after.delete(name)
    after.set('cache-control', ['no-store'])
  }
  return [...after].flatMap(([name, lines]) => lines.flatMap((line) => [name, line]))
}

/** @throws Error unless it is JSON text of the answer's kind, in an answer that has a body */
function answerText({ status, body }: Message, text: unknown): string {
  const value: unknown = typeof text === 'string' && status !== 304 ? JSON.parse(text) : undefined
  const isBatch = textOf(body).startsWith('[')
  if (typeof value === 'object' && value !== null && Array.isArray(value) === isBatch) return text as string
  throw new Error('The body of RouterResponse must be the JSON text of an object, or of a list for a batch.')
}

const textOf = (body: Message['body']): string => (typeof body === 'string' ? body : body.toString())

function listsOf(headers: readonly string[]): Map<string, string[]> {
  const lists = new Map<string, string[]>()
  for (const [name, value] of pairsOf(headers)) lists.set(name, [...(lists.get(name) ?? []), value])
  return lists
}
