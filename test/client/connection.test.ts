/** A connection against answers that the test makes up. */

import { gql } from '@apollo/client'
import { describe, expect, jest, test } from '@jest/globals'
import type { DocumentNode } from 'graphql'
import { parse, print } from 'graphql'
import type { Answer } from '../../client/connection/answer.ts'
import { follow } from '../../client/connection/follow.ts'
import { operationOf, withKeys } from '../../client/connection/keys.ts'
import { perform } from '../../client/connection/perform.ts'
import { failureOf, post } from '../../client/connection/post.ts'
import { createParser } from '../../client/connection/server-sent-events.ts'
import type { Intent } from '../../client/index.ts'
import { type Connection, type ConnectionOptions, createConnection, OutcomeUnknownError } from '../../client/index.ts'
import { AccountsDocument, QuoteExchangeDocument, TransferDocument } from '../../client/operations.ts'

type Reply = Response | Error

const json = (body: object, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
const failed = (code: string, data?: null): object => ({
  ...(data === null && { data }),
  errors: [{ message: code, extensions: { code }, ...(data === null && { path: ['transfer'] }) }],
})
const accepted = { data: { transfer: { __typename: 'TransferAccepted', replayed: false } } }
const refused = { data: { transfer: { __typename: 'Refusal', code: 'INSUFFICIENT_FUNDS' } } }

interface Sent {
  readonly headers: Headers
  readonly body: { readonly variables: { readonly input: Readonly<Record<string, unknown>> } }
}

/** A connection to a gateway that gives these replies in turn, and notes what it was sent. */
function scripted(replies: readonly Reply[], options: Partial<ConnectionOptions> = {}) {
  const sent: Sent[] = []
  const rest = [...replies]
  const connection = createConnection({
    url: 'http://gateway/graphql',
    async fetch(_url, init) {
      sent.push({ headers: new Headers(init?.headers), body: JSON.parse(String(init?.body)) })
      const reply = rest.shift()
      if (!reply) throw new Error('The gateway was asked too often.')
      if (reply instanceof Error) throw reply
      return reply
    },
    ...options,
  })
  return { connection, sent, rest }
}

const run = (
  connection: Connection,
  document: DocumentNode,
  variables: object = {},
  intent?: Intent,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const send = post(connection.core, { query: print(document), operationName: undefined })
    const job = { document, operationName: undefined, variables: { ...variables }, intent, send, failureOf }
    perform<Answer>(
      connection.core,
      { ...job, answerOf: (answer) => answer },
      { next: resolve, error: reject, complete: () => undefined },
    )
  })

const lost = new TypeError('fetch failed')
const input = { from: '1', to: 'IE1', amount: '100', currency: 'EUR' }

describe('what is sent again', () => {
  test.each<[string, Reply]>([
    ['the network fails', lost],
    ['503 asks to come back', json(failed('SERVICE_UNAVAILABLE'), 503, { 'retry-after': '0' })],
    [
      '503 comes from a proxy, as HTML',
      new Response('<h1>Busy</h1>', { status: 503, headers: { 'retry-after': '0' } }),
    ],
    [
      'the budget is used up',
      json({ errors: [{ message: '', extensions: { code: 'BUDGET_EXHAUSTED', retryAfter: 0 } }] }, 429),
    ],
  ])('A query, when %s', async (_why, reply) => {
    const { connection, sent } = scripted([reply, json({ data: { me: null } })])
    expect(await run(connection, AccountsDocument)).toEqual({ data: { me: null } })
    expect(sent.length).toBe(2)
  })

  test.each<[string, Reply]>([
    ['the network fails', lost],
    ['a service is away and the root has no value', json(failed('SERVICE_UNAVAILABLE', null))],
    ['the gateway failed', json(failed('INTERNAL'), 500)],
    ['the answer grew too large', json(failed('OPERATION_TOO_COMPLEX', null))],
  ])('A mutation with a key, by the same key, when %s', async (_why, reply) => {
    const { connection, sent } = scripted([reply, json(accepted)])
    expect(await run(connection, TransferDocument, { input })).toEqual(accepted)
    const keys = sent.map(({ body }) => body.variables.input['idempotencyKey'])
    expect(keys).toEqual([keys[0], keys[0]])
    expect(String(keys[0])).toMatch(/^[\w.-]{16,64}$/)
  })

  test('A mutation that was never run because it is too large is not', async () => {
    const { connection, sent } = scripted([json(failed('OPERATION_TOO_COMPLEX'), 400)])
    expect(await run(connection, TransferDocument, { input })).toMatchObject({ errors: [{}] })
    expect(sent.length).toBe(1)
  })

  test('An error below an accepted payment does not cause a retry', async () => {
    const errors = [
      { message: '', path: ['transfer', 'transfer', 'merchant'], extensions: { code: 'SERVICE_UNAVAILABLE' } },
    ]
    const { connection, sent } = scripted([json({ ...accepted, errors })])
    expect(await run(connection, TransferDocument, { input })).toMatchObject(accepted)
    expect(sent.length).toBe(1)
  })

  test.each<[string, Reply]>([
    ['the network fails', lost],
    ['a service is away', json(failed('SERVICE_UNAVAILABLE', null))],
  ])('A mutation without a place for a key is not, when %s', async (_why, reply) => {
    const { connection, sent } = scripted([reply])
    const outcome = run(connection, QuoteExchangeDocument, { input: { sell: 'EUR', buy: 'USD', amount: '1' } })
    await outcome.catch(() => undefined)
    expect(sent.length).toBe(1)
  })

  test('A partial answer of a query is passed on as it is', async () => {
    const answer = {
      data: { me: null },
      errors: [{ message: '', path: ['me'], extensions: { code: 'SERVICE_TIMEOUT' } }],
    }
    const { connection, sent } = scripted([json(answer)])
    expect(await run(connection, AccountsDocument)).toEqual(answer)
    expect(sent.length).toBe(1)
  })

  test('A caller who would have to wait longer than `patience` gets the error at once', async () => {
    const reply = json(failed('SERVICE_UNAVAILABLE'), 503, { 'retry-after': '3600' })
    const { connection } = scripted([new Response('', { status: 503, headers: { 'retry-after': '3600' } }), reply])
    await expect(run(connection, TransferDocument, { input })).rejects.toThrow(OutcomeUnknownError)
    connection.close()
  })
})

describe('what is not forgotten', () => {
  const tokenOf = (sub: string): string => `x.${btoa(JSON.stringify({ sub }))}.x`
  const open = (replies: readonly Reply[], options: Partial<ConnectionOptions> = {}) =>
    scripted(replies, { store: new Map(), token: () => tokenOf('payer'), ...options })
  const isPending = async (connection: Connection): Promise<boolean> => (await connection.pending()).length > 0

  test('A lost answer, and then a refusal of the token: the outcome stays unknown', async () => {
    const { connection } = open([lost, json(failed('UNAUTHENTICATED'), 401), json(failed('UNAUTHENTICATED'), 401)])
    await expect(run(connection, TransferDocument, { input })).rejects.toThrow(OutcomeUnknownError)
    expect(await isPending(connection)).toBe(true)
    connection.close()
  })

  test('A refusal of the token at the first try: it was not carried out, and is not sent later', async () => {
    const { connection } = open([json(failed('UNAUTHENTICATED'), 401), json(failed('UNAUTHENTICATED'), 401)])
    expect(await run(connection, TransferDocument, { input })).toEqual(failed('UNAUTHENTICATED'))
    expect(await isPending(connection)).toBe(false)
  })

  test('A request that a proxy refuses was not carried out; one that it failed on may have been', async () => {
    const tooLarge = open([new Response('<h1>413</h1>', { status: 413 })])
    await expect(run(tooLarge.connection, TransferDocument, { input })).rejects.toThrow('413')
    expect(await isPending(tooLarge.connection)).toBe(false)
    const broken = open([new Response('<h1>500</h1>', { status: 500 })], { patience: 0 })
    await expect(run(broken.connection, TransferDocument, { input })).rejects.toThrow(OutcomeUnknownError)
    expect(await isPending(broken.connection)).toBe(true)
    broken.connection.close()
  })

  test('A payment made offline with an expired token is kept for its user', async () => {
    let isOffline = false
    const token = () => {
      if (isOffline) throw lost
      return { value: tokenOf('payer'), expiresAt: Date.now() + 60_000 }
    }
    const { connection } = open([json({ data: { me: null } })], { token, patience: 0 })
    await run(connection, AccountsDocument)
    const later = Date.now() + 60_000
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => later)
    isOffline = true
    await expect(run(connection, TransferDocument, { input })).rejects.toThrow(OutcomeUnknownError)
    expect((await connection.pending()).map(({ owner }) => owner)).toEqual(['payer'])
    clock.mockRestore()
    connection.close()
  })

  test('A payment that waits offline while the sign-in ends is kept, and made after the next one', async () => {
    const store = new Map<string, string>()
    /** Offline the token cannot be renewed, and then it is too late. */
    const offline = [lost, lost]
    let isEnded = false
    const token = () => {
      if (!isEnded) return { value: tokenOf('payer'), expiresAt: Date.now() + 60_000 }
      const failure = offline.shift()
      if (failure) throw failure
      return undefined
    }
    const before = open([json({ data: { me: null } }), json(failed('UNAUTHENTICATED'), 401)], { token, store })
    await run(before.connection, AccountsDocument)
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
    isEnded = true
    await expect(run(before.connection, TransferDocument, { input })).rejects.toThrow(OutcomeUnknownError)
    clock.mockRestore()
    before.connection.close()
    const after = open([json(accepted)], { store })
    await after.connection.resume()
    expect([offline, after.sent.length, await isPending(after.connection)]).toEqual([[], 1, false])
    after.connection.close()
  })

  test('Pending mutations are retried in their order', async () => {
    const store = new Map<string, string>()
    const before = open([lost, lost], { store, patience: 0 })
    for (const amount of ['1', '2'])
      await run(before.connection, TransferDocument, { input: { ...input, amount } }).catch(() => undefined)
    before.connection.close()
    const settled: unknown[] = []
    const after = open([json(accepted), json(refused)], {
      store,
      onSettled: ({ variables }) => settled.push(variables),
    })
    await after.connection.resume()
    expect(settled).toMatchObject([{ input: { amount: '1' } }, { input: { amount: '2' } }])
  })

  test('A pending mutation older than a week is dropped from the store', async () => {
    const store = new Map<string, string>()
    const before = open([lost], { store, patience: 0 })
    await run(before.connection, TransferDocument, { input }).catch(() => undefined)
    before.connection.close()
    const later = Date.now() + 8 * 86_400_000
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => later)
    const { connection, sent } = open([], { store })
    await connection.resume()
    clock.mockRestore()
    expect([[...store], sent]).toEqual([[], []])
  })

  test('A store without room, or with what nobody can read, stops no payment', async () => {
    const store = {
      entries: () => [['pending:x', '{half'] as const],
      set: () => {
        throw new Error('QuotaExceededError')
      },
      delete: () => undefined,
    }
    const { connection } = open([json(accepted)], { store })
    expect(await run(connection, TransferDocument, { input })).toEqual(accepted)
  })
})

describe('intents', () => {
  test('An unknown outcome of another input is asked for first, and then decides', async () => {
    const store = new Map<string, string>()
    const token = `x.${btoa(JSON.stringify({ sub: 'payer' }))}.x`
    const first = scripted([lost], { store, token: () => token, patience: 0 })
    await expect(run(first.connection, TransferDocument, { input }, first.connection.intent('pay'))).rejects.toThrow()
    first.connection.close()

    const replies = [json(accepted), json(accepted), json(accepted)]
    const second = scripted(replies, { store, token: () => token })
    const other = run(
      second.connection,
      TransferDocument,
      { input: { ...input, amount: '200' } },
      second.connection.intent('pay'),
    )
    await expect(other).rejects.toThrow('carried out before')
    expect(second.sent.map(({ body }) => body.variables.input['amount'])).not.toContain('200')
  })

  test('An intent survives a reload until it is done', async () => {
    const store = new Map<string, string>()
    const open = () => createConnection({ url: 'http://gateway/graphql', store }).intent('pay')
    const before = open()
    const id = await before.id
    expect(await open().id).toBe(id)
    before.done()
    await before.id
    expect(await open().id).not.toBe(id)
  })

  test('An intent that begins right after one is done is another, however slow the store is', async () => {
    const map = new Map<string, string>()
    const slowly = async <Value>(value: () => Value, turns = 5): Promise<Value> => {
      for (let turn = 0; turn < turns; turn += 1) await undefined
      return value()
    }
    const store = {
      entries: () => slowly(() => [...map]),
      set: (key: string, value: string) => slowly(() => map.set(key, value)),
      delete: (key: string) => slowly(() => map.delete(key), 100),
    }
    const connection = createConnection({ url: 'http://gateway/graphql', store })
    const first = connection.intent('pay')
    const id = await first.id
    first.done()
    const second = connection.intent('pay')
    expect(await second.id).not.toBe(id)
    second.done()
    await connection.signOut()
    expect([...map]).toEqual([])
  })

  test('The outcome of an intent in another tab counts in this one', async () => {
    const store = new Map<string, string>()
    const token = `x.${btoa(JSON.stringify({ sub: 'payer' }))}.x`
    const first = scripted([lost], { store, token: () => token, patience: 0 })
    const pay = (connection: Connection, amount: string): Promise<Answer> =>
      run(connection, TransferDocument, { input: { ...input, amount } }, connection.intent('pay'))
    await expect(pay(first.connection, '100')).rejects.toThrow(OutcomeUnknownError)
    first.connection.close()
    const other = scripted([json(accepted)], { store, token: () => token })
    await other.connection.resume()
    const again = scripted([json(accepted)], { store, token: () => token })
    await expect(pay(again.connection, '200')).rejects.toThrow('carried out before')
    expect(await pay(again.connection, '100')).toEqual(accepted)
  })

  test('A refusal leaves an intent open for another input', async () => {
    const { connection, sent } = scripted([json(refused), json(accepted)])
    const intent = connection.intent()
    await run(connection, TransferDocument, { input }, intent)
    await run(connection, TransferDocument, { input: { ...input, amount: '50' } }, intent)
    const [one, other] = sent.map(({ body }) => body.variables.input['idempotencyKey'])
    expect(one).not.toBe(other)
  })

  test('Signing out forgets what is pending', async () => {
    const store = new Map<string, string>()
    const token = `x.${btoa(JSON.stringify({ sub: 'payer' }))}.x`
    const { connection } = scripted([lost], { store, token: () => token, patience: 0 })
    await run(connection, TransferDocument, { input }, connection.intent('pay')).catch(() => undefined)
    connection.close()
    expect(store.size).toBe(2)
    await connection.signOut()
    expect([...store]).toEqual([])
  })
})

describe('keys', () => {
  const keysOf = (text: string, variables: object, intent = 'intent') => {
    const operation = operationOf(parse(text))
    return operation && withKeys(operation, { ...variables }, intent)
  }
  const TRANSFER = 'mutation ($input: TransferInput!) { transfer(input: $input) { __typename } }'
  const keyOf = (variables: object, intent?: string): unknown =>
    (keysOf(TRANSFER, variables, intent)?.variables['input'] as Record<string, unknown> | undefined)?.['idempotencyKey']

  test('Keys depend on intent and input, not on the order of members', () => {
    const one = keyOf({ input: { from: '1', amount: '2' } })
    expect(keyOf({ input: { amount: '2', from: '1' } })).toBe(one)
    expect(keyOf({ input: { amount: '3', from: '1' } })).not.toBe(one)
    expect(keyOf({ input: { amount: '2', from: '1' } }, 'other')).not.toBe(one)
  })

  test('Keys do not depend on the selection', () => {
    const more = TRANSFER.replace('__typename', '... on Refusal { code }')
    expect(keysOf(more, { input })).toEqual(keysOf(TRANSFER, { input }))
  })

  test('A key of the caller’s own is kept', () => {
    expect(keyOf({ input: { ...input, idempotencyKey: 'mine' } })).toBe('mine')
  })

  test('Each input of a mutation with several has its own', () => {
    const text = `mutation ($a: TransferInput!, $b: TransferInput!) {
      a: transfer(input: $a) { __typename } b: transfer(input: $b) { __typename } }`
    const { a, b } = (keysOf(text, { a: input, b: input })?.variables ?? {}) as Record<string, Record<string, unknown>>
    expect(a?.['idempotencyKey']).not.toBe(b?.['idempotencyKey'])
  })

  test.each([
    ['a literal key', 'mutation { transfer(input: { idempotencyKey: "k", amount: "1" }) { __typename } }', true],
    [
      'a variable for the key',
      'mutation ($key: ID!) { voidHold(input: { idempotencyKey: $key, transferId: "1" }) { __typename } }',
      true,
    ],
    ['a literal without one', 'mutation { transfer(input: { amount: "1" }) { __typename } }', false],
    [
      'a field that takes none',
      'mutation ($input: QuoteExchangeInput!) { quoteExchange(input: $input) { id } }',
      false,
    ],
    [
      'a fragment at the root',
      'mutation { ...F } fragment F on Mutation { transfer(input: { idempotencyKey: "k" }) { __typename } }',
      false,
    ],
  ])('A mutation with %s', (_name, text, isKeyed) => {
    expect(keysOf(text, { input: {} }) !== undefined).toBe(isKeyed)
  })
})

describe('event streams', () => {
  test('Events are the same however the bytes are cut', () => {
    const text =
      ':\n\nevent: next\nid: a b\ndata: {"x":1}\n\n\r\ndata: two\r\ndata: lines\r\n\r\ndata\n\nevent: complete\ndata:\n\n'
    const whole = createParser()(text)
    expect(whole).toEqual([
      { type: 'next', data: '{"x":1}', id: 'a b' },
      { type: 'message', data: 'two\nlines', id: 'a b' },
      { type: 'message', data: '', id: 'a b' },
      { type: 'complete', data: '', id: 'a b' },
    ])
    for (let size = 1; size < text.length; size += 1) {
      const take = createParser()
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
        text.slice(at * size, (at + 1) * size),
      )
      expect(pieces.flatMap(take)).toEqual(whole)
    }
  })

  const DOCUMENT = gql`
    subscription ($after: String) {
      accountActivity(accountId: "1", after: $after) {
        cursor
      }
    }
  `
  const stream = (...events: readonly string[]): Response =>
    new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } })
  const event = (data: object, id?: string): string =>
    `event: next\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
  const followed = (connection: Connection) =>
    new Promise<{ seen: readonly Answer[]; error?: unknown }>((resolve) => {
      const seen: Answer[] = []
      follow(
        connection.core,
        { document: DOCUMENT, operationName: undefined, variables: {} },
        {
          next: (answer) => seen.push(answer),
          error: (error) => resolve({ seen, error }),
          complete: () => resolve({ seen }),
        },
      )
    })

  test('A stream that ends without completion continues after its last event', async () => {
    const [one, two] = [{ data: { n: 1 } }, { data: { n: 2 } }]
    const { connection, sent } = scripted([
      stream(event(one, 'c1')),
      stream(event(two, 'c2'), 'event: complete\ndata:\n\n'),
    ])
    expect(await followed(connection)).toEqual({ seen: [one, two] })
    expect(sent.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, 'c1'])
  })

  test('A stream whose events have no cursor fails when it breaks', async () => {
    const { connection } = scripted([stream(event({ data: { n: 1 } }))])
    expect(await followed(connection)).toMatchObject({
      seen: [{ data: { n: 1 } }],
      error: { name: 'StreamBrokenError' },
    })
  })

  test('A gateway that restarts is asked again, one that refuses is not', async () => {
    const { connection, sent } = scripted([
      stream(
        event({ data: { n: 1 } }, 'c1'),
        event({ errors: [{ message: '', extensions: { code: 'SERVICE_UNAVAILABLE' } }] }),
      ),
      json(failed('FORBIDDEN'), 403),
    ])
    const { seen } = await followed(connection)
    expect(seen).toEqual([{ data: { n: 1 } }, failed('FORBIDDEN')])
    expect(sent.length).toBe(2)
  })
})
