/**
 * Everything that reads foreign bytes takes linear time, so that one caller's odd header cannot
 * delay the others. @slow: it reads the longest accepted inputs.
 */
import { describe, expect, test } from '@jest/globals'
import { hideHint } from '../gateway/exchange/hints.ts'
import { requestIdOf } from '../gateway/exchange/request-id.ts'
import { Failure } from '../gateway/execution/answer/failure.ts'
import { type Field, selectionFrom } from '../gateway/execution/calls/selection.ts'
import { loseFields } from '../gateway/execution/exact/lost-fields.ts'
import { readAnswer as readServiceAnswer } from '../gateway/execution/exact/service-answer.ts'
import { splitEntities } from '../gateway/traffic/cache/entity-list.ts'
import { openBody } from '../gateway/traffic/client/body.ts'
import { readHead } from '../gateway/traffic/client/head.ts'
import { createEventReader } from '../gateway/traffic/event-stream.ts'
import { readFreshness } from '../gateway/traffic/reply.ts'
import { parseExact } from '../platform/data/json-exact.ts'
import { createHeadReader } from '../platform/http/fast-path/request-head.ts'
import { listItems } from '../platform/http/message/fields.ts'
import { createHeaderWriter } from '../platform/http/message/header-lines.ts'
import { readAccept, readContentType } from '../platform/http/message/media-types.ts'
import { verifySignature } from '../platform/protocol/signature.ts'
import { parseRate } from '../subgraphs/banking/exchange/rate.ts'
import { parseAccountNumber } from '../subgraphs/banking/ledger/account-number.ts'
import { parseMinorUnits } from '../subgraphs/banking/money/amount.ts'
import { optionalText } from '../subgraphs/banking/request/input.ts'
import { faultOfUrl } from '../subgraphs/banking/webhooks/address.ts'
import { acceptedLocales } from '../subgraphs/content/articles/locale.ts'
import { plainText } from '../subgraphs/content/search/plain-text.ts'
import { indexTerms, splitWords, typedTerms } from '../subgraphs/content/search/words.ts'

const SHORT = 12_500 // letters
const TIMES = 8
/** For 8 times the input a linear reader takes 8 times as long, a quadratic one 64 times. */
const MOST = 24
/**
 * Shorter times measure the machine, not the reader; a quadratic reader takes seconds for the long
 * text.
 */
const NOTHING = 20 // milliseconds
const TRIES = 5
/** There is one error for so many letters: each error takes some 30 microseconds. */
const LETTERS_OF_ERROR = 5

/**
 * CPU time of this thread in milliseconds, the shortest of a few attempts. @param enough stops
 * after an attempt this short
 */
function timeOf(read: (text: string) => unknown, text: string, enough = NOTHING): number {
  let shortest = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < TRIES && shortest >= enough; tries += 1) {
    const began = process.threadCpuUsage()
    try {
      read(text)
    } catch {
      // Refusing the text is fine.
    }
    const { user, system } = process.threadCpuUsage(began)
    shortest = Math.min(shortest, (user + system) / 1000)
  }
  return shortest
}

/** Texts that are slow to match: runs of one pattern before a mismatch. */
const AWKWARD: readonly ((length: number) => string)[] = [
  ...[' ', '\t', ',', ' ,', ';', '"', '\\', '=', '/', '.', '-', '_', ':', '\r', '\n', '[', '](', '<', '`', '|', '#'],
  ...['0', 'a', 'aA1', '%', '@', '!', 'a.', 'a-', 'a, ', '0.', '::', '*', '- ', '> ', 'é', 'e\u0301\u0316', '\ud800'],
].flatMap((run) => [
  (length: number) => run.repeat(length / run.length),
  (length: number) => `${run.repeat(length / run.length)}\x01`,
  (length: number) => `a${run.repeat(length / run.length)}\x01a`,
])

function expectLinear(read: (text: string) => unknown, texts = AWKWARD): void {
  for (const make of texts) {
    const most = MOST * Math.max(timeOf(read, make(SHORT)), NOTHING / TIMES)
    const isLinear = timeOf(read, make(SHORT * TIMES), most) < most
    expect({ text: make(8), isLinear }).toMatchObject({ isLinear: true })
  }
}

const answer = (fields: Readonly<Record<string, string>>) => ({ fields: new Map(Object.entries(fields)) })

describe('time to read', () => {
  test.each<[string, (text: string) => unknown]>([
    ['lists between commas', (text) => listItems(text)],
    ['parameters', (text) => listItems(text, ';')],
    ['Accept', (text) => readAccept(text)?.('application/json')],
    ['Accept with parameters', (text) => readAccept(`a/b;${text}`)?.('application/json')],
    ['Content-Type', readContentType],
    ['headers to be sent', (text) => createHeaderWriter()(['a', text])],
    ['signatures', (text) => verifySignature('secret', signed, text)],
    ['guesses in messages', (text) => hideHint(`Did you mean ${text}?`)],
    ['ids of requests', (text) => requestIdOf({ headers: { 'x-request-id': text } })],
    ['Cache-Control', (text) => readFreshness(false, answer({ 'cache-control': text }), false)],
    ['Vary', (text) => readFreshness(false, answer({ 'cache-control': 'max-age=9', vary: text }), false)],
    ['heads of services', (text) => readHead(`HTTP/1.1 200 OK\r\na: ${text}\r\nconnection: ${text}`)],
    ['numbers with their digits', (text) => parseExact(`[${text}]`)],
    ['lists of entities', (text) => splitEntities(Buffer.from(`{"data":{"_entities":[${text}]}}`))],
    ['names in lists of entities', (text) => splitEntities(Buffer.from(`{"${text}":0}`))],
    ['sizes of chunks', (text) => openBody('chunked').take(Buffer.from(`${text}\r\n`))],
    ['events', (text) => createEventReader(() => undefined, 1e9)(`data: ${text}\n\n`)],
    [
      'events that come letter by letter',
      (text) =>
        readLetters(
          createEventReader(() => undefined, 1e9),
          text,
        ),
    ],
    ['account numbers', parseAccountNumber],
    ['amounts', parseMinorUnits],
    ['rates', parseRate],
    ['texts of customers', (text) => optionalText('reference', text, 140)],
    ['addresses of webhooks', (text) => faultOfUrl(`https://${text}`, false)],
    ['Accept-Language', acceptedLocales],
    ['Markdown as plain text', plainText],
    ['words', indexTerms],
    ['typed words', typedTerms],
    ['pieces', splitWords],
  ])('Reading takes time linear in the length: %s', (_what, read) => {
    expectLinear(read)
  })

  test('Reading chunks of one byte takes linear time', () => {
    expectLinear((text) => openBody('chunked').take(Buffer.from(text)), [(length) => '1\r\na\r\n'.repeat(length)])
  })

  test('Reading request heads takes linear time, up to 16 kB', () => {
    const slow = AWKWARD.flatMap((make) => [`a: ${make(16_000)}`, make(16_000)]).filter((line) => {
      const head = Buffer.from(`POST /graphql HTTP/1.1\r\nhost: a\r\n${line}\r\n\r\n`, 'latin1')
      return timeOf(() => createHeadReader()(head, head.length), '') > NOTHING
    })
    expect(slow.map((line) => line.slice(0, 8))).toEqual([])
  })
})

describe("time to read a service's answer", () => {
  const errors = (letters: number, pathOf: (index: number) => readonly (string | number)[]) =>
    Array.from({ length: letters / LETTERS_OF_ERROR }, (_, index) => ({ message: 'x', path: pathOf(index) }))
  const lists = (letters: number) => ({
    f: null,
    list: Array.from({ length: letters / LETTERS_OF_ERROR }, () => ({ g: null })),
  })

  test.each<[string, (count: number) => unknown]>([
    ['errors of one place', (count) => readServiceAnswer('s', { data: lists(1), errors: errors(count, () => ['f']) })],
    [
      'errors of many places',
      (count) => readServiceAnswer('s', { data: lists(count), errors: errors(count, (index) => ['list', index, 'g']) }),
    ],
    [
      'errors of places that are not there',
      (count) =>
        readServiceAnswer('s', { data: lists(count), errors: errors(count, (index) => ['list', 1e9 + index, 'g']) }),
    ],
    [
      'a long path',
      (count) => readServiceAnswer('s', { data: {}, errors: [{ message: 'x', path: Array(count).fill('a') }] }),
    ],
    ['errors in place of many fields', loseMany],
  ])('The time for an answer of a service is linear in its size: %s', (_what, read) => {
    expectLinear((text) => read(text.length), [(length) => ' '.repeat(length)])
  })
})

/** Every error names the last field, so a lookup for any other field passes all errors. */
function loseMany(count: number): void {
  const fields = Array.from({ length: count }, (_, index): Field => {
    const name = `f${index}`
    return { name, answered: name, field: name, on: [], below: undefined }
  })
  const { data } = readServiceAnswer('s', {
    data: null,
    errors: Array.from({ length: 100 }, (_, index) => ({ message: 'x', path: [`f${count - 1}`, index] })),
  })
  if (!(data instanceof Failure)) throw new Error('There is data.')
  loseFields({}, selectionFrom(fields), data, {
    isHidden: () => false,
    isObjectType: () => true,
    members: (type) => [type],
    belongsTo: () => true,
    inputsOf: () => [],
    isKey: () => true,
  })
}

const signed = { method: 'POST', path: '/', body: '', authorization: undefined, perspective: undefined, requestId: 'a' }

function readLetters(read: (piece: string) => void, text: string): void {
  for (const letter of `data: ${text}`) read(letter)
}
