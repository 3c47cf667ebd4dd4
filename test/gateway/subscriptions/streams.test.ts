import { expect, test } from '@jest/globals'
import { openExchange } from '../../../gateway/exchange/exchange.ts'
import { defaultLimits } from '../../../gateway/limits/limits.ts'
import { createStreams } from '../../../gateway/subscriptions/streams.ts'
import { stopClock } from '../../support/clock.ts'

const request = { method: 'POST', url: '/graphql', headers: {}, address: () => '192.0.2.1', readText: () => '' }
const SECOND = 1_000
const DAY = 24 * 60 * 60 * SECOND

test.each([
  ['20 seconds', 20 * SECOND, SECOND],
  ['40 days, which is longer than a timer', 40 * DAY, DAY],
])('A stream goes on while its token counts, here for %s, and ends when it does no more', async (_, lasts, moment) => {
  using clock = stopClock()
  const expiresAt = Date.now() - 10 * SECOND
  const trustedUntil = Date.now() + lasts
  const caller = { id: 'payer', scopes: new Set<string>(), claims: {}, expiresAt, trustedUntil }
  const { ending } = createStreams(defaultLimits).open(Object.assign(openExchange(request, 'test'), { caller }))
  await clock.step(lasts - moment)
  expect(ending.aborted).toBe(false)
  await clock.step(2 * moment)
  expect(ending.aborted).toBe(true)
  expect(ending.reason).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } })
})

test('Nothing waits for the token of a stream that is closed', () => {
  using clock = stopClock()
  const caller = { id: 'payer', scopes: new Set<string>(), claims: {}, expiresAt: 0, trustedUntil: Date.now() + DAY }
  createStreams(defaultLimits)
    .open(Object.assign(openExchange(request, 'test'), { caller }))
    .close()
  expect(clock.timers).toBe(0)
})
