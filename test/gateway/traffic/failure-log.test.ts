import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { pino } from 'pino'
import { CallFailure } from '../../../gateway/traffic/call/failure.ts'
import { stateless } from '../../../gateway/traffic/call/kind.ts'
import { createFailureLog, type FailureLog } from '../../../gateway/traffic/failure-log.ts'
import { callOf, startUpstream, trafficTo } from '../../support/upstream.ts'

interface Line {
  readonly level: number
  readonly msg: string
  readonly count?: number
  readonly traceId?: string
}
const lines: Line[] = []
const log = pino({ level: 'info' }, { write: (text: string) => void lines.push(JSON.parse(text)) })
const said = (): string[] => lines.splice(0).map(({ msg, count }) => (count === undefined ? msg : `${count}: ${msg}`))
afterEach(() => void lines.splice(0))

describe('outage log', () => {
  let failures: FailureLog
  beforeEach(() => {
    jest.useFakeTimers()
    failures = createFailureLog(log)
  })
  afterEach(() => {
    failures.close()
    jest.useRealTimers()
  })
  const fail = (message: string, instance?: string, count = 1): void => {
    for (let n = 0; n < count; n += 1)
      failures.report('s', { requestId: 'r' }, Object.assign(new CallFailure('connection', message), { instance }))
  }

  test('An outage is logged at once, then as a count, and then as over', () => {
    fail('refused', 'one', 1000)
    expect(said()).toEqual(['a call failed: refused'])
    fail('reset', 'one')
    jest.advanceTimersByTime(30_000)
    expect(said()).toEqual(['1000: calls go on failing, the latest: reset'])
    jest.advanceTimersByTime(30_000)
    expect(said()).toEqual(['calls fail no more'])
    jest.advanceTimersByTime(300_000)
    expect(said()).toEqual([])
    fail('refused', 'one')
    expect(said()).toEqual(['a call failed: refused'])
  })

  test('An outage of one instance hides no outage of another instance or kind', () => {
    fail('refused', 'one', 10)
    fail('refused', 'two', 10)
    failures.report('s', { requestId: 'r' }, new CallFailure('timeout', 'too slow'))
    expect(said()).toEqual(['a call failed: refused', 'a call failed: refused', 'a call failed: too slow'])
  })
})

test('The line of a failed call names the trace', async () => {
  const away = await startUpstream(() => undefined)
  await away.stop()
  const traffic = trafficTo(stateless('s', { hedging: false, coalescing: false }), [away.url], { log })
  const { context, ...call } = callOf('s', '{}')
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await traffic.send({ ...call, context: { ...context, traceparent } }).catch(() => undefined)
  await traffic.close()
  expect(lines.map(({ traceId }) => traceId)).toEqual(['0af7651916cd43dd8448eb211c80319c'])
})

test('500 calls to an unreachable instance write a few lines that name it', async () => {
  const away = await startUpstream(() => undefined)
  await away.stop()
  const traffic = trafficTo(stateless('s', { hedging: false, coalescing: false }), [away.url], { log })
  const calls = Array.from({ length: 500 }, () => traffic.send(callOf('s', '{}')))
  expect((await Promise.allSettled(calls)).every(({ status }) => status === 'rejected')).toBe(true)
  await traffic.close()
  // One line for failed connections, and one for calls that the open breaker rejected.
  const messages = said()
  expect(messages.length).toBeLessThanOrEqual(2)
  expect(messages[0]).toContain(away.url)
})
