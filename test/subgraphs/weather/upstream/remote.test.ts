import { describe, expect, jest, test } from '@jest/globals'
import { type Place, ProviderFault, type Question } from '../../../../subgraphs/weather/model/provider.ts'
import { remoteProvider } from '../../../../subgraphs/weather/upstream/remote.ts'
import { memoryStore } from '../../../../subgraphs/weather/upstream/store.ts'
import type { FetchItem, Outcome, Sheet, Upstream } from '../../../../subgraphs/weather/upstream/upstream.ts'
import { stopClock } from '../../../support/clock.ts'
import { log } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'

const place = (latitude: number): Place => ({ latitude, longitude: 0, elevation: undefined, timeZone: 'UTC' })
const question = (latitude: number): Question => ({
  about: 'daily',
  place: place(latitude),
  from: '2026-06-01',
  to: '2026-06-01',
})

const sheet = (overrides: Partial<Sheet> = {}): Sheet => ({
  figures: { daily: [{ date: '2026-06-01' } as NonNullable<Sheet['figures']['daily']>[number]] },
  kind: 'FORECAST',
  issuedAt: 0,
  validUntil: 0, // must not be cached
  ...overrides,
})

/** An upstream in memory that records its calls, and answers by `reply`. */
function upstreamOf(reply: (items: readonly FetchItem[]) => Promise<readonly Outcome[]>) {
  const fetched: (readonly FetchItem[])[] = []
  const upstream: Upstream = {
    name: 'test',
    attribution: 'nobody',
    quota: [],
    maxItems: 3,
    itemFor: (asked) => ({ endpoint: 'only', key: `${asked.place.latitude}`, place: asked.place, question: asked }),
    cost: (items) => items.length,
    fetch(items) {
      fetched.push(items)
      return reply(items)
    },
  }
  return { fetched, upstream }
}

const options = { store: memoryStore(), log }

describe('provider over an upstream', () => {
  test('Identical questions in flight share one call, even if the answer must not be cached', async () => {
    const { fetched, upstream } = upstreamOf(async (items) => items.map(() => sheet()))
    const provider = remoteProvider(upstream, { ...options, store: memoryStore() })
    const answers = await Promise.all([1, 1, 2, 1].map((latitude) => provider.answer(question(latitude), Date.now())))
    expect(answers.every((answer) => answer?.provider === 'test')).toBe(true)
    expect(fetched.map((items) => items.map(({ key }) => key))).toEqual([['1', '2']])
    await provider.answer(question(1), Date.now())
    expect(fetched).toHaveLength(2)
  })

  test('Questions are split into parts no larger than the upstream accepts', async () => {
    const { fetched, upstream } = upstreamOf(async (items) => items.map(() => sheet()))
    const provider = remoteProvider(upstream, { ...options, store: memoryStore() })
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map((latitude) => provider.answer(question(latitude), Date.now())))
    expect(fetched.map(({ length }) => length)).toEqual([3, 3, 1])
  })

  test('No client waits longer than the deadline, and a late answer is still cached', async () => {
    using clock = stopClock()
    let answer: () => void = () => undefined
    const { fetched, upstream } = upstreamOf(async (items) => {
      await new Promise<void>((resolve) => (answer = resolve))
      return items.map(() => sheet({ validUntil: Date.now() + 60_000 }))
    })
    const store = memoryStore()
    const provider = remoteProvider(upstream, { ...options, store, deadline: 50 })
    const late = expect(provider.answer(question(1), Date.now())).rejects.toBeInstanceOf(ProviderFault)
    await until(() => fetched.length === 1)
    await clock.step(50)
    await late
    answer()
    await until(() => store.peek('1') !== undefined)
    expect(await provider.answer(question(1), Date.now())).toMatchObject({ provider: 'test' })
    expect(fetched).toHaveLength(1)
  })

  test('Stale answers are offered for revalidation', async () => {
    const { fetched, upstream } = upstreamOf(async (items) =>
      items.map(({ stale }) => stale ?? sheet({ validUntil: Date.now() - 1, lastModified: 'yesterday' })),
    )
    const provider = remoteProvider(upstream, { ...options, store: memoryStore() })
    await provider.answer(question(1), Date.now())
    await provider.answer(question(1), Date.now())
    expect(fetched.map((items) => items[0]?.stale?.lastModified)).toEqual([undefined, 'yesterday'])
  })

  test('A pause lasts as long as it should, however the clock is set meanwhile', async () => {
    using clock = stopClock()
    const { fetched, upstream } = upstreamOf(async (items) => {
      if (fetched.length === 1) throw new ProviderFault('too much', 60)
      return items.map(() => sheet())
    })
    const provider = remoteProvider(upstream, { ...options, store: memoryStore() })
    const ask = async (): Promise<unknown> => {
      const asked = provider.answer(question(1), Date.now()).catch((error: unknown) => error)
      await clock.step(200) // what is asked at the same time is gathered
      return asked
    }
    expect(await ask()).toMatchObject({ retryAfter: 60 })
    jest.setSystemTime(Date.now() - 3_600_000)
    expect(await ask()).toMatchObject({ retryAfter: 60 })
    await clock.step(60_000)
    expect(await ask()).toMatchObject({ provider: 'test' })
    expect(fetched).toHaveLength(2)
  })

  test('An error that is no fault of the upstream is passed on', async () => {
    const { upstream } = upstreamOf(async () => {
      throw new TypeError('a bug')
    })
    const provider = remoteProvider(upstream, { ...options, store: memoryStore() })
    await expect(provider.answer(question(1), Date.now())).rejects.toThrow('a bug')
  })
})
