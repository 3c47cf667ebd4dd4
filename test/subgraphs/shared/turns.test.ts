/** Callers take turns at a service, with whatever they ask for. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { SIGNATURE_HEADER, sign } from '../../../platform/protocol/signature.ts'
import { callerNow } from '../../../subgraphs/shared/on-behalf.ts'
import { type RunningService, startService } from '../../../subgraphs/shared/serve.ts'
import type { ServiceRequest } from '../../../subgraphs/shared/service-request.ts'
import { signedCall, TEST_SECRET } from '../../support/signed-call.ts'

const MANY = 30 // streams
/** Longer than what a turn of the loop may take. */
const LONG = 12 // milliseconds

/** The callers whose streams were opened, in order. */
const opened: (string | undefined)[] = []

const turns = {
  name: 'turns',
  kind: 'stateful',
  schema: new URL('fixtures/turns.graphql', import.meta.url),
  settings: {},
  create: async () => ({
    resolvers: {
      Query: {
        async caller() {
          await new Promise(setImmediate)
          return callerNow()
        },
      },
      Subscription: {
        opened: {
          async *subscribe(_: unknown, __: unknown, { authorization }: ServiceRequest) {
            const end = performance.now() + LONG
            while (performance.now() < end);
            opened.push(authorization)
            yield { opened: true }
          },
        },
      },
    },
    context: (request: ServiceRequest) => ({ ...request }),
  }),
} as const

let service: RunningService
beforeAll(async () => {
  service = await startService(turns, { GATEWAY_SECRET: TEST_SECRET, LOG_LEVEL: 'silent' })
})
afterAll(() => service.stop())

/** Opens a stream and resolves when it has ended. */
async function open(socket: Socket, authorization: string): Promise<string> {
  const body = JSON.stringify({ query: 'subscription { opened }' })
  const request = { method: 'POST', path: '/graphql', body, authorization, perspective: undefined }
  const head = [
    ...['POST /graphql HTTP/1.1', 'host: service', 'content-type: application/json', 'accept: text/event-stream'],
    `authorization: ${authorization}`,
    `${SIGNATURE_HEADER}: ${sign(TEST_SECRET, { ...request, requestId: undefined })}`,
    `content-length: ${body.length}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  let answer = ''
  while (!answer.endsWith('\r\n0\r\n\r\n')) answer += (await once(socket, 'data'))[0]
  return answer
}

test('One who opens many streams at once delays the stream of another by a few of them', async () => {
  const { port, hostname } = new URL(service.url)
  const sockets = Array.from({ length: MANY + 1 }, () => connect(Number(port), hostname))
  // All connections are accepted, and the service knows how long a stream takes to open.
  for (const socket of sockets) await open(socket, 'many')
  opened.length = 0
  const answers = await Promise.all(sockets.map((socket, at) => open(socket, at < MANY ? 'many' : 'other')))
  for (const answer of answers) expect(answer).toContain('"opened":true')
  expect(opened).toHaveLength(MANY + 1)
  expect(opened.slice(0, MANY / 3)).toContain('other')
  for (const socket of sockets) socket.destroy()
})

test('The caller is known wherever its work is done', async () => {
  const ask = (authorization: string) => signedCall(service.url, { query: '{ caller }', authorization })
  const answers = await Promise.all(['one', 'two', 'three'].map(ask))
  expect(answers.map(({ data }) => data.caller)).toEqual(['one', 'two', 'three'])
  expect((await signedCall(service.url, { query: '{ caller }' })).data).toEqual({ caller: '' })
  expect(callerNow()).toBe('')
})
