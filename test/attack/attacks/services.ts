/**
 * Services that misbehave, or that one caller makes misbehave, behind the command's own gateway.
 * Each attack has its own service and field.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ComposedService, composeAt } from '../../support/gateway.ts'
import { spawnGateway } from '../../support/gateway-process.ts'
import type { Attack, Stage } from '../attack.ts'
import { ask, type Target, tally } from '../target.ts'

const BAD = 'Bearer bad'
const GOOD = 'Bearer good'

/** A whole request, with its connection. */
interface Received {
  readonly authorization: string
  readonly socket: Socket
}

/** Bytes, so that the busy service need not encode each answer. */
const answerOf = (body: string, status = '200 OK', headers = ''): Buffer =>
  Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )

const wellFor = (field: string, authorization: string): Buffer =>
  answerOf(JSON.stringify({ data: { [field]: authorization } }))

/** A service that answers with bytes. */
function startRawService(answer: (received: Received) => void): Promise<Server> {
  const server = createServer((socket) => {
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', (piece) => {
      text += piece.toString('latin1')
      for (;;) {
        const end = text.indexOf('\r\n\r\n')
        const length = Number(/^content-length: (\d+)/im.exec(text)?.[1])
        if (end < 0 || text.length < end + 4 + length) return
        const authorization = /^authorization: (.*)$/im.exec(text.slice(0, end))?.[1]?.trim() ?? ''
        text = text.slice(end + 4 + length)
        answer({ authorization, socket })
      }
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/** Answers of the service of each field. */
const answers = new Map<string, (received: Received) => void>()

/** A field that a service of its own answers. */
function fieldOf(answer: (field: string, received: Received) => void): string {
  const field = `whoAmI${answers.size}`
  answers.set(field, (received) => answer(field, received))
  return field
}

async function stage(): Promise<Stage> {
  const services: Server[] = []
  const composed: ComposedService[] = []
  for (const [field, answer] of answers) {
    const service = await startRawService(answer)
    services.push(service)
    const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
    composed.push({ name: `of-${field.toLowerCase()}`, sdl: `type Query { ${field}: String }`, url })
  }
  const folder = await mkdtemp(join(tmpdir(), 'attack-'))
  const file = join(folder, 'supergraph.graphql')
  await writeFile(file, composeAt(composed))
  const gateway = await spawnGateway({ SUPERGRAPH: file, PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent' })
  return {
    target: { url: gateway.url, adminUrl: '', payer: BAD, payee: GOOD },
    async close() {
      await gateway.terminate()
      for (const service of services) service.close()
      await rm(folder, { recursive: true })
    },
  }
}

/**
 * Twenty times twenty requests at once, from the caller whom the service does not like. The first
 * forty are enough to stop a service that one caller may stop.
 */
async function insist(target: Target, field: string): Promise<string> {
  const outcomes: string[] = []
  for (let round = 0; round < Math.max(2, 20 * target.scale); round += 1) {
    const asked = Array.from({ length: 20 }, (_, n) =>
      ask(target, `{ ${field} } # ${round} ${n}`, { authorization: target.payer }),
    )
    outcomes.push(...(await Promise.all(asked)))
    await sleep(50)
  }
  return tally(outcomes)
}

/** Coded errors at the field, with any code. */
const CODED = /^\d+ x 200 (?!OK)[A-Z_]+(, \d+ x 200 [A-Z_]+)*$/

function refusing(name: string, bad: Buffer): Attack {
  const field = fieldOf((own, { authorization, socket }) => {
    socket.write(authorization === BAD ? bad : wellFor(own, authorization))
  })
  return {
    name: `a service that answers one caller ${name}`,
    stage,
    run: (target) => insist(target, field),
    expected: CODED,
    question: `{ ${field} }`,
  }
}

const HTML = '<html>no</html>'

const OVER = `{"data":{"whoAmI":"${'x'.repeat(17 * 1024 * 1024)}"}}`
const CHUNKED = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'

const statuses: readonly (readonly [string, Buffer])[] = [
  ['400', answerOf(HTML, '400 Bad Request')],
  ['401', answerOf(HTML, '401 Unauthorized')],
  ['403', answerOf(HTML, '403 Forbidden')],
  ['404', answerOf(HTML, '404 Not Found')],
  ['429', answerOf(HTML, '429 Too Many Requests', 'retry-after: 1\r\n')],
  ['over 16 MiB', answerOf(OVER)],
  ['over 16 MiB in a chunk', Buffer.from(`${CHUNKED}${OVER.length.toString(16)}\r\n${OVER}\r\n0\r\n\r\n`)],
]

/** Sends an unrequested second answer after each: the next caller must not get it. */
function shifting(name: string, later: (send: () => void) => void): Attack {
  const field = fieldOf((own, { authorization, socket }) => {
    socket.write(wellFor(own, authorization))
    later(() => socket.write(wellFor(own, authorization)))
  })
  return {
    name: `a service that answers twice, ${name}`,
    stage,
    async run(target) {
      const count = Math.max(300, 1_500 * target.scale)
      const callers = Array.from({ length: count }, (_, n) => `Bearer ${n}`)
      let shifted = 0
      const next = async (): Promise<void> => {
        for (let caller = callers.pop(); caller; caller = callers.pop()) {
          const response = await fetch(`${target.url}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: caller },
            body: JSON.stringify({ query: `{ ${field} }` }),
          })
          const { data } = (await response.json()) as { data?: Record<string, string | null> }
          const told = data?.[field]
          if (typeof told === 'string' && told !== caller) shifted += 1
        }
      }
      await Promise.all(Array.from({ length: 8 }, next))
      return `${shifted} of ${count} shifted`
    },
    expected: /^0 of/,
    question: `{ ${field} }`,
  }
}

export const serviceAttacks: readonly Attack[] = [
  ...statuses.map(([name, bad]) => refusing(name, bad)),
  shifting('at once', (send) => send()),
  shifting('a turn later', (send) => void setImmediate(send)),
]
