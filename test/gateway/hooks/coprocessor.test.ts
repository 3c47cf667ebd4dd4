/** Coprocessors: the Python example of the docs, and processes that misbehave. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import type { CoprocessorSettings } from '../../../gateway/config/sections/coprocessor.ts'
import { createAskStage } from '../../../gateway/hooks/ask-coprocessor.ts'
import { LONGEST_TIMER } from '../../../platform/data/timer-delay.ts'
import { listen } from '../../../platform/http/server/listen.ts'
import { exampleOf } from '../../support/example.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { log } from '../../support/log.ts'
import { type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'
import { openRawSocket } from '../websocket/raw-socket.ts'

const PAGE = 'docs/configuration/coprocessor.md'
const WHO = '{ whoAmI }'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

test('The example of docs/configuration/coprocessor.md refuses, adds headers both ways and keeps a context', async () => {
  const page = await readFile(new URL(`../../../${PAGE}`, import.meta.url), 'utf8')
  const program = /```py\n(.*?)```/s.exec(page)?.[1] ?? ''
  const python = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = (await once(python.stdout, 'data')) as [Buffer]
    process.env['COPROCESSOR_URL'] = `http://127.0.0.1:${port.toString().trim()}`
    const gateway = await startTestGateway({ services: shop.services, file: await exampleOf(PAGE) })
    shop.orders.calls.length = 0
    const answer = await ask(gateway.url, WHO)
    expect([answer.data, answer.headers.get('x-greeting')]).toEqual([{ whoAmI: 'somebody' }, 'hello'])
    expect(shop.orders.calls[0]?.headers['x-api-key']).toBe('secret')
    const blocked = await ask(gateway.url, WHO, { 'x-blocked': 'yes' })
    expect([verdict(blocked), blocked.errors?.[0]?.message]).toEqual(['403 FORBIDDEN', 'Not from here.'])
    await gateway.stop()
  } finally {
    python.kill()
    await once(python, 'exit')
  }
})

describe('other coprocessors', () => {
  type Message = Readonly<Record<string, unknown>>
  let answerWith: (message: Message, response: ServerResponse) => void
  let url: string
  let close: () => Promise<unknown>
  let journal: Journal
  const gateways: TestGateway[] = []
  const messages: Message[] = []
  const connections = new Set<unknown>()
  const traces: (string | string[] | undefined)[] = []

  beforeAll(async () => {
    journal = await startJournal()
    const services = [...shop.services, { name: 'journal', sdl: journalSdl, url: journal.url }]
    const listener = await listen(
      async (request: IncomingMessage, response: ServerResponse) => {
        const message = (await json(request)) as Message
        messages.push(message)
        traces.push(request.headers['traceparent'])
        connections.add(request.socket)
        answerWith(message, response)
      },
      { host: '127.0.0.1', port: 0 },
    )
    url = listener.url
    close = () => Promise.all([listener.drain(0), journal.close()])
    for (const onFailure of ['refuse', 'pass'] as const)
      gateways.push(await startTestGateway({ services, env: { STATELESS: 'items' }, config: settings({ onFailure }) }))
  })
  const settings = (more: Partial<CoprocessorSettings>) => ({
    coprocessor: {
      url,
      timeout: 1_000,
      onFailure: 'refuse' as const,
      stages: {
        RouterRequest: ['headers' as const],
        RouterResponse: ['headers' as const, 'body' as const],
        SupergraphRequest: ['body' as const],
        SupergraphResponse: ['body' as const],
        ExecutionRequest: ['body' as const],
        ExecutionResponse: ['body' as const],
        SubgraphResponse: ['body' as const],
      },
      ...more,
    },
    hooks: { timeout: LONGEST_TIMER },
  })
  /** Gives the first gateway a new configuration. */
  const reconfigure = async (more: Partial<CoprocessorSettings>, env: Record<string, string> = {}): Promise<void> => {
    const [{ supergraphFile, reconfigure }] = gateways as [TestGateway]
    const config = await readConfig({ SUPERGRAPH: supergraphFile, STATELESS: 'items', LOG_LEVEL: 'silent', ...env })
    await reconfigure({ ...config, draining: { ...config.draining, quiet: 0 }, ...settings(more) })
  }
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()))
    await close()
  })
  const echo = (message: Message, response: ServerResponse): void => void response.end(JSON.stringify(message))
  const askOf = (which: 0 | 1, query = WHO) => ask(gateways[which]?.url ?? '', query)

  const at =
    (stage: string, change: object) =>
    (message: Message, response: ServerResponse): void =>
      echo(message['stage'] === stage ? { ...message, ...change } : message, response)
  const post = (body: object, accept = 'application/json') =>
    fetch(`${gateways[0]?.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify(body),
    })
  const stagesAsked = () => messages.splice(0).map(({ stage }) => stage)

  test('A coprocessor gets the stages in order, with the same id and only the configured parts', async () => {
    messages.length = 0
    traces.length = 0
    answerWith = echo
    expect((await askOf(0)).data).toEqual({ whoAmI: 'somebody' })
    expect(messages.map(({ stage }) => stage)).toEqual([
      'RouterRequest',
      'SupergraphRequest',
      'ExecutionRequest',
      'SubgraphResponse',
      'ExecutionResponse',
      'SupergraphResponse',
      'RouterResponse',
    ])
    expect(new Set(messages.map(({ id, version, control }) => `${id} ${version} ${control}`)).size).toBe(1)
    expect([...new Set(traces)]).toEqual([shop.orders.calls.at(-1)?.headers['traceparent']])
    expect(messages[0]).toMatchObject({ method: 'POST', headers: { 'content-type': ['application/json'] } })
    expect(messages[0]).not.toHaveProperty('body')
    expect(messages[1]).toMatchObject({ body: { query: WHO, variables: {} } })
    expect(messages[2]).toMatchObject({ body: { query: WHO, variables: {} } })
    expect(messages[3]).toMatchObject({ serviceName: 'orders', body: { data: { whoAmI: 'somebody' } } })
    for (const message of messages.slice(4, 6))
      expect(message).toMatchObject({ body: { data: { whoAmI: 'somebody' } } })
  })

  test('A coprocessor gets messages exactly as they are sent', async () => {
    messages.length = 0
    answerWith = echo
    const { status, headers } = await askOf(0)
    const told = messages.at(-1) as { headers: Record<string, string[]>; body: string; statusCode: number }
    expect([told.statusCode, JSON.parse(told.body)]).toEqual([status, { data: { whoAmI: 'somebody' } }])
    expect(told.headers['x-request-id']).toEqual([headers.get('x-request-id')])
    for (const [name, lines] of Object.entries(told.headers)) expect(headers.get(name)).toBe(lines.join(', '))
  })

  test('Consecutive requests reuse connections', async () => {
    answerWith = echo
    await askOf(0)
    connections.clear()
    for (let time = 0; time < 5; time += 1) await askOf(0)
    expect(connections.size).toBeLessThan(5) // of 35 messages
  })

  test('A message on a kept connection that ends is sent again unchanged', async () => {
    answerWith = echo
    await askOf(0)
    const kept = new Set(connections)
    messages.length = 0
    answerWith = (message, response) => (kept.has(response.socket) ? response.destroy() : echo(message, response))
    expect((await askOf(0)).data).toEqual({ whoAmI: 'somebody' })
    const [cut, again] = messages
    expect([cut?.['stage'], again]).toEqual(['RouterRequest', cut])
  })

  test('A coprocessor may change refusals, too', async () => {
    const body = JSON.stringify({ errors: [{ message: 'in other words' }] })
    answerWith = at('RouterResponse', { body, headers: { 'x-told': ['yes'] } })
    const refused = await askOf(0, '{')
    expect([refused.status, refused.errors, refused.headers.get('x-told')]).toEqual([
      400,
      [{ message: 'in other words' }],
      'yes',
    ])
  })

  test.each([
    ['changed', { body: '{"data":null}' }, 200],
    ['refused', { control: { break: 403 }, body: 'no' }, 403],
  ])('No cache keeps an answer that was %s before it was sent', async (_what, change, status) => {
    answerWith = echo
    const item = '{ item(id: "kept") { name } }'
    expect((await askOf(0, item)).headers.get('cache-control')).toMatch(/^public/)
    answerWith = at('RouterResponse', change)
    const answer = await askOf(0, item)
    expect([answer.status, answer.headers.get('cache-control'), answer.headers.get('age')]).toEqual([
      status,
      'no-store',
      null,
    ])
    expect(answer.data ?? undefined).toBeUndefined()
  })

  test.each([
    ['SupergraphResponse', { body: 'no object' }],
    ['SupergraphResponse', { body: {} }],
    ['ExecutionResponse', { body: { data: 5 } }],
    ['RouterResponse', { body: { data: {} } }],
    ['RouterResponse', { body: '[]' }],
    ['RouterResponse', { headers: { 'content-length': ['1'] } }],
    ['SupergraphResponse', { headers: { 'x-a': ['a\r\nx-b: c'] } }],
  ])('A coprocessor that writes at %s what it must not counts as failed: %j', async (stage, change) => {
    answerWith = at(stage, change)
    expect(verdict(await askOf(0))).toBe('500 INTERNAL')
    expect((await askOf(1)).data).toEqual({ whoAmI: 'somebody' })
  })

  test.each(['ExecutionResponse', 'SupergraphResponse'])(
    'A coprocessor may replace the answer at %s',
    async (stage) => {
      const body = { data: { whoAmI: 'else' }, errors: [{ message: 'so' }] }
      answerWith = at(stage, { body, headers: { 'x-told': ['yes'] } })
      messages.length = 0
      const { data, errors, headers } = await askOf(0)
      expect([data, errors, headers.get('x-told')]).toEqual([body.data, body.errors, 'yes'])
      if (stage === 'ExecutionResponse') expect(messages.at(-2)).toMatchObject({ stage: 'SupergraphResponse', body })
    },
  )

  test('What a coprocessor answers with null is as if it were absent, and so is a header without values', async () => {
    const nothing = { version: null, id: null, control: null, context: null, body: null }
    answerWith = ({ stage }, response) =>
      echo({ stage, ...nothing, headers: stage === 'SupergraphResponse' ? { 'x-none': [] } : null }, response)
    const { data, headers } = await askOf(0)
    expect([data, headers.has('x-none')]).toEqual([{ whoAmI: 'somebody' }, false])
  })

  test('A body that comes back with nulls for what it has not changes nothing', async () => {
    const item = '{ item(id: "nulls") { name } }'
    answerWith = (message, response) => {
      const isOfAnswer = message['stage'] === 'ExecutionResponse' || message['stage'] === 'SupergraphResponse'
      const { body } = message
      echo(
        isOfAnswer ? { ...message, body: { errors: null, extensions: null, ...(body as object) } } : message,
        response,
      )
    }
    const { status, data, headers } = await askOf(0, item)
    expect([status, data, headers.get('cache-control')]).toEqual([
      200,
      { item: { name: 'item nulls' } },
      expect.stringMatching(/^public/),
    ])
  })

  test('Several cookies that a coprocessor adds to an answer stay separate', async () => {
    answerWith = at('SupergraphResponse', { headers: { 'set-cookie': ['a=1', 'b=2'], 'x-several': ['a', 'b'] } })
    const { headers } = await askOf(0)
    expect([headers.getSetCookie(), headers.get('x-several')]).toEqual([['a=1', 'b=2'], 'a, b'])
  })

  test('An operation that was not executed has no execution stages', async () => {
    answerWith = echo
    messages.length = 0
    const answer = await ask(gateways[0]?.url ?? '', { query: 'query ($id: ID!) { item(id: $id) { name } }' })
    expect(verdict(answer)).toBe('400 BAD_USER_INPUT')
    expect(stagesAsked()).toEqual(['RouterRequest', 'SupergraphRequest', 'SupergraphResponse', 'RouterResponse'])
  })

  test.each(['RouterRequest', 'RouterResponse', 'SupergraphRequest'])(
    'A break of %s may have its errors as JSON text',
    async (stage) => {
      const body = JSON.stringify({ errors: [{ message: 'not now' }, { message: 'nor later' }] })
      answerWith = at(stage, { control: { break: 403 }, body })
      const answer = await askOf(0)
      expect([verdict(answer), answer.errors?.[0]?.message]).toEqual(['403 FORBIDDEN', 'not now'])
    },
  )

  test('A break before the execution calls no service, neither for an answer nor for a stream', async () => {
    answerWith = at('ExecutionRequest', { control: { break: 403 }, body: 'not now' })
    shop.orders.calls.length = 0
    const answer = await askOf(0)
    expect([verdict(answer), answer.errors?.[0]?.message]).toEqual(['403 FORBIDDEN', 'not now'])
    const stream = await post({ query: 'subscription { written { text } }' }, 'text/event-stream')
    expect(await stream.text()).toContain('not now')
    expect([shop.orders.calls.length, journal.authorizations.length]).toEqual([0, 0])
  })

  test('A replaced answer keeps the other reports of the gateway', async () => {
    answerWith = at('ExecutionResponse', { body: { data: { whoAmI: 'else' } } })
    const answer = await post({ query: WHO, extensions: { cost: true } })
    expect(await answer.json()).toMatchObject({
      data: { whoAmI: 'else' },
      extensions: { cost: { estimate: expect.any(Number) } },
    })
  })

  test.each(['ExecutionResponse', 'SupergraphResponse'])(
    'The extensions of an answer may be changed at %s, also if its data are not',
    async (stage) => {
      answerWith = (message, response) => {
        const { body } = message
        const changed = message['stage'] === stage && { body: { ...(body as object), extensions: { own: [1] } } }
        echo({ ...message, ...changed }, response)
      }
      const answer = await post({ query: WHO })
      expect(await answer.json()).toEqual({ data: { whoAmI: 'somebody' }, extensions: { own: [1] } })
      answerWith = at(stage, { body: { data: null, extensions: 'text' } })
      expect(verdict(await askOf(0))).toBe('500 INTERNAL')
    },
  )

  test.each([
    [400, 'BAD_USER_INPUT'],
    [401, 'UNAUTHENTICATED'],
    [402, 'FORBIDDEN'],
    [429, 'BUDGET_EXHAUSTED'],
    [500, 'INTERNAL'],
    [503, 'SERVICE_UNAVAILABLE'],
  ])('A break with status %d has the code %s', async (status, code) => {
    answerWith = (message, response) =>
      response.end(JSON.stringify({ ...message, control: { break: status }, body: 'no' }))
    const answer = await askOf(0)
    expect(answer.errors?.[0]?.extensions['code']).toBe(code)
    expect(answer.data).toBeUndefined()
  })

  test.each([
    ['another status', (_message: Message, response: ServerResponse) => response.writeHead(500).end('a secret')],
    ['no JSON', (_message: Message, response: ServerResponse) => response.end('a secret')],
    [
      'another id',
      (message: Message, response: ServerResponse) => response.end(JSON.stringify({ ...message, id: 'x' })),
    ],
    [
      'another stage',
      (message: Message, response: ServerResponse) => response.end(JSON.stringify({ ...message, stage: 'x' })),
    ],
    ['a redirect', (_message: Message, response: ServerResponse) => response.writeHead(302, { location: '/' }).end()],
    ['nothing in time', () => undefined],
    ['a cut connection', (_message: Message, response: ServerResponse) => response.destroy()],
  ])('A request whose coprocessor fails is refused, or let through by setting: %s', async (_what, answer) => {
    answerWith = (message, response) => void answer(message, response)
    const refused = await askOf(0)
    expect(verdict(refused)).toBe('500 INTERNAL')
    expect(JSON.stringify(refused)).not.toContain('secret')
    expect((await askOf(1)).data).toEqual({ whoAmI: 'somebody' })
  })

  test.each(['RouterRequest', 'SupergraphRequest', 'RouterResponse'])(
    'A request whose %s is asked while a new configuration is taken in is answered',
    async (stage) => {
      const held = Promise.withResolvers<() => void>()
      answerWith = (message, response) => {
        if (message['stage'] !== stage) return echo(message, response)
        answerWith = echo
        held.resolve(() => echo(message, response))
      }
      const asked = askOf(0)
      const proceed = await held.promise
      await reconfigure({ timeout: 5_000 })
      expect((await askOf(0)).data).toEqual({ whoAmI: 'somebody' })
      proceed()
      expect([stage, (await asked).data]).toEqual([stage, { whoAmI: 'somebody' }])
    },
  )

  test('An operation by WebSocket has no body to tell or change, and its streams count for its socket', async () => {
    await reconfigure({ stages: { RouterRequest: ['body'] } }, { LIMIT_STREAMS_PER_SOCKET: '1' })
    answerWith = echo
    messages.length = 0
    const socket = await openRawSocket(gateways[0]?.url ?? '')
    const codeOf = async (id: string): Promise<string> =>
      (await socket.find((message) => message.id === id)).payload[0]?.extensions.code
    socket.subscribe('first', 'subscription { written { text } }')
    await until(() => journal.open === 1)
    socket.subscribe('second', 'subscription { written { text } }')
    expect(await codeOf('second')).toBe('BUDGET_EXHAUSTED')
    for (const message of messages) expect(message).not.toHaveProperty('body')
    answerWith = at('RouterRequest', { body: JSON.stringify({ query: WHO }) })
    socket.subscribe('changed', '{ item(id: "1") { id } }')
    expect(await codeOf('changed')).toBe('INTERNAL')
    socket.cut()
    await until(() => journal.open === 0)
  })
})

test('Stages that run side by side change the context that they share without undoing one another', async () => {
  const listener = await listen(
    async (request: IncomingMessage, response: ServerResponse) => {
      const message = (await json(request)) as { id: string; context: { entries: Record<string, unknown> } }
      const { left: _left, ...entries } = message.context.entries
      arrived.push(() =>
        response.end(JSON.stringify({ ...message, context: { entries: { ...entries, [message.id]: 1 } } })),
      )
    },
    { host: '127.0.0.1', port: 0 },
  )
  const arrived: (() => void)[] = []
  const stages = { SubgraphRequest: ['context' as const] }
  const { ask, close } = createAskStage({ url: listener.url, timeout: 5_000, onFailure: 'refuse', stages }, log)
  const kept = new Map()
  const context = new Map<string, unknown>([
    ['kept', kept],
    ['left', 0],
  ])
  const asked = ['one', 'two'].map((requestId) =>
    ask('SubgraphRequest', { requestId, traceparent: undefined, context }, () => undefined),
  )
  await until(() => arrived.length === 2)
  for (const answer of arrived) answer()
  await Promise.all(asked)
  expect([...context].sort()).toEqual([
    ['kept', kept],
    ['one', 1],
    ['two', 1],
  ])
  expect(context.get('kept')).toBe(kept)
  close()
  await listener.drain(0)
})
