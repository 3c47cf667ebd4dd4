/**
 * Services that answer twice. `CALLS=1500` tries more of them.
 */
import { afterEach, describe, expect, test } from '@jest/globals'
import { stateful } from '../../../gateway/traffic/call/kind.ts'
import type { Traffic } from '../../../gateway/traffic/traffic.ts'
import { CALL_HEADER } from '../../../platform/protocol/signature.ts'
import { callOf, trafficTo } from '../../support/upstream.ts'
import { type RawService, startRawService } from './raw-service.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Moments at which a faulty service repeats an answer. */
const moments: Readonly<Record<string, (send: () => void) => void>> = {
  'in one piece with the first': (send) => send(),
  'at the next tick': (send) => process.nextTick(send),
  'at the next turn': (send) => setImmediate(send),
}
const later: typeof moments = {
  'a millisecond later': (send) => setTimeout(send, 1),
  'five milliseconds later': (send) => setTimeout(send, 5),
  'with the next answer': (send) => setTimeout(send, 20),
}

/** Answers with the caller's name, every tenth time twice. */
async function startFaulty(when: (send: () => void) => void, echoes: boolean): Promise<RawService> {
  const service = await startRawService(({ socket, count, header }) => {
    const body = JSON.stringify({ data: { owner: header('authorization') } })
    const id = header(CALL_HEADER)
    const echo = echoes && id !== undefined ? `${CALL_HEADER}: ${id}\r\n` : ''
    const answer = `HTTP/1.1 200 OK\r\n${echo}content-length: ${body.length}\r\n\r\n${body}`
    socket.cork()
    socket.write(answer)
    if (count % 10 === 0) when(() => void (socket.destroyed || socket.write(answer)))
    socket.uncork()
  })
  closing.push(service.close)
  return service
}

function to(url: string, ownServices: boolean): Traffic {
  const traffic = trafficTo(stateful('s', { concurrency: 16 }), [url], { ownServices })
  closing.unshift(() => traffic.close())
  return traffic
}

interface Tally {
  readonly own: number
  readonly mixed: number
  readonly failed: number
}

const CALLS = Number(process.env['CALLS'] ?? 400)

async function tally(traffic: Traffic): Promise<Tally> {
  const counts = { own: 0, mixed: 0, failed: 0 }
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < CALLS) {
      const authorization = `Bearer caller-${next++}`
      await traffic.send(callOf('s', '{}', { authorization })).then(
        (answer) => (counts[answer.parsed().data?.['owner'] === authorization ? 'own' : 'mixed'] += 1),
        () => (counts.failed += 1),
      )
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return counts
}

describe('service with call ids that answers twice', () => {
  test.each(Object.entries({ ...moments, ...later }))(
    'With call ids a duplicate answer %s reaches no other caller',
    async (_when, when) => {
      const { url } = await startFaulty(when, true)
      const { own, mixed } = await tally(to(url, true))
      expect(mixed).toBe(0)
      expect(own).toBeGreaterThan(CALLS * 0.9)
    },
  )

  test('An answer without the id of its call is refused', async () => {
    const { url } = await startFaulty(() => undefined, false)
    expect(await tally(to(url, true))).toEqual({ own: 0, mixed: 0, failed: CALLS })
  })
})

test.each(Object.entries(moments))(
  'Without call ids a duplicate answer %s reaches no other caller',
  async (_when, when) => {
    const { url } = await startFaulty(when, false)
    const { own, mixed } = await tally(to(url, false))
    expect(mixed).toBe(0)
    expect(own).toBeGreaterThan(CALLS * 0.9)
  },
)
