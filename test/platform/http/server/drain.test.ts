import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from '@jest/globals'
import { type HttpListener, listen } from '../../../../platform/http/server/listen.ts'
import { stopClock } from '../../../support/clock.ts'

const anywhere = { host: '127.0.0.1', port: 0 }
const FOREVER = 60_000 // milliseconds: a drain that needs its timeout fails the test
const QUIET = 20 // milliseconds of a stopped clock

/** A server that answers when the test releases it. */
async function startHeld(): Promise<{ listener: HttpListener; arrived: Promise<void>; release: () => void }> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  const listener = await listen(async (_request, response) => {
    arrive()
    await released
    response.end('done')
  }, anywhere)
  return { listener, arrived, release }
}

async function ask(url: string, agent?: Agent): Promise<{ answer: IncomingMessage; body: string }> {
  const request = get(url, agent ? { agent } : {})
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return { answer, body: await text(answer) }
}

describe('draining', () => {
  test('Draining waits for running requests and closes each connection with its answer', async () => {
    const { listener, arrived, release } = await startHeld()
    const agent = new Agent({ keepAlive: true })
    const pending = ask(listener.url, agent)
    await arrived
    const drained = listener.drain(FOREVER)
    release()
    expect((await pending).body).toBe('done')
    await drained
    agent.destroy()
  })

  test('Draining waits for no idle and no unused connection', async () => {
    const listener = await listen((_request, response) => void response.end('done'), anywhere)
    const agent = new Agent({ keepAlive: true })
    await ask(listener.url, agent)
    const unused = connect(Number(new URL(listener.url).port), '127.0.0.1')
    await once(unused, 'connect')
    const closed = once(unused, 'close')
    await listener.drain(FOREVER)
    await closed
    agent.destroy()
  })

  test('Draining closes the remaining connections at its deadline', async () => {
    const { listener, arrived } = await startHeld()
    const pending = ask(listener.url)
    const cut = expect(pending).rejects.toThrow()
    await arrived
    await listener.drain(50)
    await cut
  })

  test('With grace, requests are still served, and each answer closes its connection', async () => {
    using clock = stopClock()
    const listener = await listen((_request, response) => void response.end('done'), anywhere)
    const drained = listener.drain(FOREVER, { quiet: QUIET, longest: FOREVER })
    for (let n = 0; n < 5; n += 1) {
      await clock.step(QUIET - 1)
      const { answer, body } = await ask(listener.url)
      expect([body, answer.headers.connection]).toEqual(['done', 'close'])
    }
    await clock.step(QUIET)
    await drained
    await expect(ask(listener.url)).rejects.toThrow('ECONNREFUSED')
  })

  test('With grace, idle connections stay open, since their next request may be on its way', async () => {
    using clock = stopClock()
    const listener = await listen((_request, response) => void response.end('done'), anywhere)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await ask(listener.url, agent)
    const [socket] = Object.values(agent.freeSockets).flat()
    const drained = listener.drain(FOREVER, { quiet: QUIET, longest: FOREVER })
    await ask(listener.url)
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(socket?.destroyed).toBe(false)
    expect((await ask(listener.url, agent)).body).toBe('done')
    await clock.step(QUIET)
    await drained
    agent.destroy()
  })

  test('Health checks do not prolong the grace', async () => {
    using clock = stopClock()
    const listener = await listen((_request, response) => void response.end('done'), anywhere)
    const drained = listener.drain(FOREVER, { quiet: QUIET, longest: FOREVER })
    await clock.step(QUIET - 1)
    await ask(`${listener.url}/health/ready`)
    await clock.step(1)
    await drained
  })
})
