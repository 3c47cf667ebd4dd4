import { expect, test } from '@jest/globals'
import { openExchange } from '../../../gateway/exchange/exchange.ts'
import { defaultLimits } from '../../../gateway/limits/limits.ts'
import { createStreams } from '../../../gateway/subscriptions/streams.ts'
import { stopClock } from '../../support/clock.ts'

test('A stream goes on while its token counts, and ends when it does no more', async () => {
  using clock = stopClock()
  const expiresAt = Date.now() - 10_000
  const caller = { id: 'payer', scopes: new Set<string>(), claims: {}, expiresAt, trustedUntil: expiresAt + 30_000 }
  const request = { method: 'POST', url: '/graphql', headers: {}, address: () => '192.0.2.1', readText: () => '' }
  const { ending } = createStreams(defaultLimits).open(Object.assign(openExchange(request, 'test'), { caller }))
  await clock.step(19_000)
  expect(ending.aborted).toBe(false)
  await clock.step(2_000)
  expect(ending.aborted).toBe(true)
  expect(ending.reason).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } })
})
