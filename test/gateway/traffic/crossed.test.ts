/** A server closes an idle connection with a 408 while the next request is sent on it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type ServiceDefinition, stateful, stateless } from '../../../gateway/traffic/call/kind.ts'
import type { Traffic } from '../../../gateway/traffic/traffic.ts'
import { CALL_HEADER } from '../../../platform/protocol/signature.ts'
import { callOf, trafficTo } from '../../support/upstream.ts'
import { type RawRequest, type RawService, startRawService } from './raw-service.ts'

let calls = 0
let service: RawService
let traffic: Traffic
afterEach(async () => {
  await traffic.close()
  await service.close()
})

const NOTICE = 'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 4\r\n\r\nlate'
const LIKE_GRAPHQL = '{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}'
const OURS = `HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: ${LIKE_GRAPHQL.length}\r\n\r\n${LIKE_GRAPHQL}`

function answer({ socket, header }: RawRequest): void {
  const body = `{"data":{"n":${++calls}}}`
  const id = header(CALL_HEADER)
  const echo = id === undefined ? '' : `${CALL_HEADER}: ${id}\r\n`
  socket.write(`HTTP/1.1 200 OK\r\n${echo}content-length: ${body.length}\r\n\r\n${body}`)
}

/** Answers calls as the test says, and health requests itself. */
const serve = (call: (request: RawRequest) => void): Promise<RawService> =>
  startRawService((request) => {
    if (request.head.startsWith('POST')) call(request)
    else request.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
  })

/** Answers the first call of each connection, and the others as the test says. */
async function start(others: (request: RawRequest) => void): Promise<() => number> {
  const known = new WeakSet<object>()
  let crossed = 0
  calls = 0
  service = await serve((request) => {
    if (known.has(request.socket)) {
      crossed += 1
      others(request)
    } else {
      known.add(request.socket)
      answer(request)
    }
  })
  return () => crossed
}

const ask = (operation: 'query' | 'mutation', idempotent = false): Promise<unknown> =>
  traffic.send(callOf('s', '{}', { idempotent }, operation)).then(
    (given) => given.parsed().data,
    ({ extensions: { code } }) => code,
  )

/** A connection is reused only after a turn of the event loop. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await nextTurn()
}

const saying =
  (text: string) =>
  ({ socket }: RawRequest) =>
    void socket.end(text)

describe.each([
  ['of another maker', false],
  ['of ours', true],
])('a service %s', (_whose, ownServices) => {
  const open = (definition: ServiceDefinition = stateful('s')): Traffic =>
    trafficTo(definition, [service.url], { ownServices })

  test.each([
    ['A query', 'query', false, { n: 2 }],
    ['A mutation with keys', 'mutation', true, { n: 2 }],
    ['A mutation without keys', 'mutation', false, 'SERVICE_UNAVAILABLE'],
  ] as const)('%s on an idle connection that ends is sent again if that is safe', async (...given) => {
    const [, operation, idempotent, expected] = given
    const crossed = await start(saying(NOTICE))
    traffic = open()
    expect(await ask('query')).toEqual({ n: 1 })
    await rest()
    expect(await ask(operation, idempotent)).toEqual(expected)
    expect(crossed()).toBe(1)
  })

  test('A server that always closes gets no more attempts than any other, and does not count as dead', async () => {
    let asked = 0
    service = await serve((request) => {
      asked += 1
      saying(NOTICE)(request)
    })
    traffic = open(stateless('s', { sharedCache: false, coalescing: false, hedging: false }))
    for (let n = 0; n < 20; n += 1) expect(await ask('query')).toBe('SERVICE_UNAVAILABLE')
    expect(asked).toBe(20)
    expect(traffic.status()[0]?.instances[0]?.health).toBe('healthy')
  })
})

test('A 408 that speaks GraphQL is an answer', async () => {
  const crossed = await start(saying(OURS))
  traffic = trafficTo(stateful('s'), [service.url])
  expect(await ask('query')).toEqual({ n: 1 })
  await rest()
  expect(await ask('query')).toBeNull()
  expect(crossed()).toBe(1)
})
