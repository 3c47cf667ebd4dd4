import { afterEach, describe, expect, test } from '@jest/globals'
import { type ServiceDefinition, stateful, stateless } from '../../../../gateway/traffic/call/kind.ts'
import type { CallContext, RequestBody, ServiceAnswer, ServiceCall } from '../../../../gateway/traffic/call/send.ts'
import type { Traffic } from '../../../../gateway/traffic/traffic.ts'
import { callOf, entityBody, startUpstream, trafficTo, type Upstream } from '../../../support/upstream.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

async function serve(answer: Upstream['answer'], definition: ServiceDefinition = stateful('s')) {
  const upstream = await startUpstream(answer)
  const traffic = trafficTo(definition, [upstream.url])
  opened.push(traffic.close, upstream.stop)
  return { upstream, traffic }
}

const body = (selection: string, ids: readonly unknown[], variables: Record<string, unknown> = {}): RequestBody => {
  const operation = JSON.stringify({ query: `query N__1($representations:[_Any!]!){_entities${selection}}`, variables })
  const comma = Object.keys(variables).length > 0 ? ',' : ''
  const definitions = Object.keys(variables).map((name) => `$${name}:Int`)
  return {
    ...entityBody(
      `${operation.slice(0, -2)}${comma}"representations":[`,
      ids.map((id) => JSON.stringify(id)),
      ']}}',
    ),
    question: { operationName: 'N__1', definitions, selection, variables },
  }
}

/** Makes the calls of one client request at the same time. */
function ask(
  { send }: Traffic,
  bodies: readonly RequestBody[],
  context: Partial<CallContext> = {},
  more: Partial<ServiceCall> = {},
): Promise<unknown[]> {
  const { context: shared } = callOf('s', '', context)
  const answers = bodies.map((each) => send({ ...callOf('s', each), context: shared, ...more }))
  return Promise.all(
    answers.map((answer) =>
      answer.then(
        (each: ServiceAnswer) => each.parsed(),
        (error: { extensions: { code: string } }) => error.extensions.code,
      ),
    ),
  )
}

const two = [body('{a}', [1, 2]), body('{b}', [3])]

describe('calls that one request carries', () => {
  test('Each gathered call gets its part, and the request contains all of them', async () => {
    const { upstream, traffic } = await serve(() => ({ data: { _0: ['one', 'two'], _1: [null], _2: ['three'] } }))
    const bodies = [body('{a}', [1, 2], { v: 1 }), body('{b}', ['\u65e5'], { v: 1, w: null }), body('{c}', [3])]
    expect(await ask(traffic, bodies)).toEqual([
      { data: { _entities: ['one', 'two'] } },
      { data: { _entities: [null] } },
      { data: { _entities: ['three'] } },
    ])
    expect(upstream.bodies).toEqual([
      '{"query":"query N__1($representations0:[_Any!]!,$representations1:[_Any!]!,$representations2:[_Any!]!,$v:Int,$w:Int)' +
        '{_0:_entities(representations:$representations0){a},_1:_entities(representations:$representations1){b},' +
        '_2:_entities(representations:$representations2){c}}","operationName":"N__1",' +
        '"variables":{"v":1,"w":null,"representations0":[1,2],"representations1":["\u65e5"],"representations2":[3]}}',
    ])
  })

  test('A part of a gathered request is read as the answer to its own call', async () => {
    const { traffic } = await serve(
      ({ response }) => void response.end('{"data":{"_0":[{"a":"\u65e5"}],"_1":[]},"extensions":{}}'),
    )
    const read: string[] = []
    const answers = await Promise.all(
      two.map((each) => {
        return traffic.send({ ...callOf('s', each), context, read: (part) => read.push(part.toString()) > 0 })
      }),
    )
    expect(read).toEqual(['{"data":{"_entities":[{"a":"\u65e5"}]}}', '{"data":{"_entities":[]},"extensions":{}}'])
    expect(answers.map((each) => each.body.toString())).toEqual(read)
  })

  test.each([
    ['spaces', '{"data": {"_0":[1,2],"_1":[3]}}'],
    ['another order', '{"data":{"_1":[3],"_0":[1,2]}}'],
    ['another order of its members', '{"extensions":{},"data":{"_0":[1,2],"_1":[3]}}'],
  ])('An answer with %s is parsed, and each call gets its part', async (_what, text) => {
    const { traffic } = await serve(({ response }) => void response.end(text))
    const answers = await ask(traffic, two, {}, { read: () => true })
    expect(answers).toEqual([{ data: { _entities: [1, 2] } }, { data: { _entities: [3] } }])
  })

  test('A part that one reader rejects is parsed for all gathered calls', async () => {
    const { traffic } = await serve(() => ({ data: { _0: [1, 2], _1: [3] } }))
    expect(await ask(traffic, two, {}, { read: (part) => part.includes('[1,2]') })).toEqual([
      { data: { _entities: [1, 2] } },
      { data: { _entities: [3] } },
    ])
  })
})

const context = callOf('s', '').context

describe('errors', () => {
  const fault = (path?: readonly (string | number)[]) => ({ message: 'No.', path, extensions: { code: 'FORBIDDEN' } })

  test('An error goes to the gathered call whose part it names; one that names none is reported once', async () => {
    const errors = [fault(['_1', 0, 'b']), fault(), fault(['_0', 1]), fault(['other'])]
    const { traffic } = await serve(() => ({ data: { _0: [1, null], _1: [{ b: null }] }, errors }))
    expect(await ask(traffic, two)).toEqual([
      { data: { _entities: [1, null] }, errors: [fault(['_entities', 1]), fault(), fault(['other'])] },
      { data: { _entities: [{ b: null }] }, errors: [fault(['_entities', 0, 'b'])] },
    ])
  })

  test.each([
    ['before', '{"errors":[{"message":"x","path":["_1",0,"b"]}],"data":{"_0":[1],"_1":[{"b":null}]}}'],
    ['behind', '{"data":{"_0":[1],"_1":[{"b":null}]},"errors":[{"message":"x","path":["_1",0,"b"]}]}'],
  ])('With errors %s the data each reader still gets its own part only', async (_where, text) => {
    const { traffic } = await serve(({ response }) => void response.end(text))
    const read: string[] = []
    const reader = (part: Buffer): boolean => read.push(part.toString()) > 0
    const answers = await Promise.all(two.map((each) => traffic.send({ ...callOf('s', each), context, read: reader })))
    const masked = { message: 'Internal error.', extensions: { code: 'INTERNAL' } }
    expect(answers.map((each) => JSON.parse(each.body.toString()))).toEqual([
      { data: { _entities: [1] } },
      { data: { _entities: [{ b: null }] }, errors: [{ ...masked, path: ['_entities', 0, 'b'] }] },
    ])
    expect(read).toEqual([])
  })

  test('A gathered call that only errors of another left without data is sent again alone', async () => {
    const { upstream, traffic } = await serve(({ count }) =>
      count === 1 ? { data: null, errors: [fault(['_1', 0, 'b'])] } : { data: { _entities: [1, 2] } },
    )
    expect(await ask(traffic, two)).toEqual([
      { data: { _entities: [1, 2] } },
      { data: null, errors: [fault(['_entities', 0, 'b'])] },
    ])
    expect(upstream.bodies.slice(1)).toEqual([two[0]?.bytes.toString()])
  })

  test('Without data and with an error that names no part every gathered call fails', async () => {
    const { upstream, traffic } = await serve(() => ({ data: null, errors: [fault(['_1', 0, 'b']), fault()] }))
    expect(await ask(traffic, two)).toEqual([
      { data: null, errors: [fault()] },
      { data: null, errors: [fault(['_entities', 0, 'b'])] },
    ])
    expect(upstream.bodies.length).toBe(1)
  })

  test('A missing part is missing for its own call only', async () => {
    const { traffic } = await serve(() => ({ data: { _1: [3] } }))
    expect(await ask(traffic, two)).toEqual([{ data: { _entities: undefined } }, { data: { _entities: [3] } }])
  })

  test('A failed gathered request is retried as a whole; if that fails too, so does each call', async () => {
    const { upstream, traffic } = await serve(({ request, count }) => {
      if (count === 1) request.socket.destroy()
      else return { data: { _0: [1, 2], _1: [3] } }
      return undefined
    })
    expect(await ask(traffic, two)).toEqual([{ data: { _entities: [1, 2] } }, { data: { _entities: [3] } }])
    expect(upstream.bodies.length).toBe(2)
    upstream.answer = ({ response }) => void response.writeHead(403).end()
    expect(await ask(traffic, two, { authorization: 'Bearer a' })).toEqual(['FORBIDDEN', 'FORBIDDEN'])
    expect(upstream.bodies.length).toBe(3)
  })
})

describe('calls that are not gathered', () => {
  const entities: Upstream['answer'] = () => ({ data: { _entities: [] } })

  test('A single call is sent unchanged', async () => {
    const { upstream, traffic } = await serve(entities)
    await ask(traffic, [two[0] as RequestBody])
    expect(upstream.bodies).toEqual([two[0]?.bytes.toString()])
  })

  test('Calls of different client requests or of different steps are not gathered', async () => {
    const { upstream, traffic } = await serve(entities)
    await Promise.all(two.map((each) => ask(traffic, [each], { authorization: 'Bearer a' })))
    for (const each of two) await ask(traffic, [each])
    expect(upstream.bodies.length).toBe(4)
  })

  test('Calls for more than entities are not gathered', async () => {
    const { upstream, traffic } = await serve(entities)
    await ask(traffic, [...two.map((each) => ({ ...each, question: undefined })), ...two])
    expect(upstream.bodies.length).toBe(3)
  })

  test('Calls that would make a large request are not gathered', async () => {
    const { upstream, traffic } = await serve(entities)
    await ask(traffic, [body('{a}', ['x'.repeat(40_000)]), body('{b}', ['y'.repeat(40_000)])])
    expect(upstream.bodies.length).toBe(2)
  })

  test('Calls to a service with cached answers are not gathered: each has its own cache time', async () => {
    const { upstream, traffic } = await serve(entities, stateless('s'))
    await ask(traffic, two)
    expect(upstream.bodies.length).toBe(2)
  })
})
