import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { createFastPath } from '../../../../platform/http/fast-path/fast-path.ts'
import { listen } from '../../../../platform/http/server/listen.ts'
import { stopClock } from '../../../support/clock.ts'
import { until } from '../../../support/until.ts'
import { answersOn, dial, listenWithFastPath, nextOf, post, takenIn, tell } from '../both-readers.ts'

describe('draining with a fast path', () => {
  test('Draining waits for running requests, closes each connection with its answer, and closes idle and unused ones', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { promise: came, resolve: come } = Promise.withResolvers<void>()
    const listener = await listenWithFastPath(async (request, reply) => {
      const body = await request.readText(100)
      if (body === '"slow"') {
        come()
        await promise
      }
      reply.send(200, [], body)
    })
    const [busy, idle, unused] = [await dial(listener), await dial(listener), await dial(listener)]
    const [busyAnswers, idleAnswers] = [answersOn(busy), answersOn(idle)]
    idle.write(post('"quick"'))
    await nextOf(idleAnswers)
    busy.write(post('"slow"'))
    await came
    const closed = Promise.all([once(idle, 'close'), once(unused.resume(), 'close')])
    void idleAnswers.next()
    const drained = listener.drain(60_000)
    await closed
    resolve()
    const { head, body } = await nextOf(busyAnswers)
    expect([body, /^connection: close$/m.test(head)]).toEqual(['"slow"', true])
    await drained
  })

  const grace = { quiet: 20, longest: 60_000 } // milliseconds
  const held = async () => {
    const { promise, resolve: release } = Promise.withResolvers<void>()
    let came = 0
    const listener = await listenWithFastPath(async (request, reply) => {
      came += 1
      await promise
      await tell(request, reply)
    })
    return { listener, release, came: () => came }
  }
  /** Expects answers to `1`, `2` and `3`, of which only the last closes the connection. */
  const expectThree = async (answers: ReturnType<typeof answersOn>) => {
    const received = [await nextOf(answers), await nextOf(answers), await nextOf(answers)]
    expect(received.map((answer) => [takenIn(answer).body, /^connection: close$/m.test(answer.head)])).toEqual([
      ['1', false],
      ['2', false],
      ['3', true],
    ])
  }

  test('Draining answers pipelined requests too, and only the last answer closes the connection', async () => {
    using clock = stopClock()
    const { listener, release, came } = await held()
    const accepted = once(listener.server, 'connection')
    const socket = await dial(listener)
    const [peer] = (await accepted) as [Socket]
    socket.write(post('1'))
    await until(() => came() === 1)
    socket.write(post('2') + post('3'))
    await until(() => peer.bytesRead === socket.bytesWritten)
    const drained = listener.drain(60_000, grace)
    release()
    await expectThree(answersOn(socket))
    await clock.step(grace.quiet)
    await drained
  })

  test('During the grace of a drain, requests that arrive together are all answered', async () => {
    using clock = stopClock()
    const listener = await listenWithFastPath()
    const socket = await dial(listener)
    const drained = listener.drain(60_000, grace)
    socket.write(post('1') + post('2') + post('3'))
    await expectThree(answersOn(socket))
    await clock.step(grace.quiet)
    await drained
  })

  test("A pending answer of Node's server closes its connection once draining begins", async () => {
    const listener = await listenWithFastPath()
    const socket = await dial(listener)
    const text = post('{}', ['expect: 100-continue'])
    socket.write(text.slice(0, -2))
    await once(socket, 'data')
    const drained = listener.drain(60_000)
    socket.write('{}')
    expect((await nextOf(answersOn(socket))).head).toMatch(/^connection: close$/m)
    await drained
  })

  test.each([
    ['the fast path', [post('{}')]],
    ['Node', [`${post('{}')}POST`.slice(0, 10), post('{}').slice(10)]],
  ])('A slow client can read its large answer from %s to the end', async (_case, pieces) => {
    using clock = stopClock()
    const large = 'x'.repeat(16_000_000)
    const listener = await listen((_request, response) => void response.end(large), {
      host: '127.0.0.1',
      port: 0,
      fastPath: createFastPath({ answer: async (_request, reply) => reply.send(200, [], large) }),
    })
    const accepted = once(listener.server, 'connection')
    const socket = await dial(listener)
    const [peer] = (await accepted) as [Socket]
    socket.pause()
    for (const piece of pieces) {
      socket.write(piece)
      await until(() => peer.bytesRead === socket.bytesWritten)
    }
    await until(() => socket.readableLength > 0 || socket.bytesRead > 0)
    const drained = listener.drain(60_000)
    await clock.step(59_000)
    expect((await nextOf(answersOn(socket))).body).toHaveLength(large.length)
    socket.destroy()
    await drained
  })
})
