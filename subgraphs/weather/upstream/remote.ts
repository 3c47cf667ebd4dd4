/**
 * Makes a provider of an upstream: fresh answers from memory, identical questions in flight shared,
 * all within a deadline.
 */
import { within } from '../../../platform/data/within.ts'
import type { Logger } from '../../../platform/process/log.ts'
import { type Answer, type Provider, ProviderFault, type Question } from '../model/provider.ts'
import { type BreakerOptions, createBreaker } from './breaker.ts'
import { endpointOf } from './endpoint.ts'
import { selectFigures } from './figures.ts'
import { createQuota } from './quota.ts'
import type { Redis } from './redis.ts'
import type { SheetStore } from './store.ts'
import type { Item, Sheet, Upstream } from './upstream.ts'

export interface RemoteOptions {
  readonly store: SheetStore
  readonly log: Logger
  /** Counts quotas for all instances together. */
  readonly redis?: Redis | undefined
  readonly breaker?: BreakerOptions
  /** Milliseconds a client's question waits at most. */
  readonly deadline?: number
}

export const DEADLINE = 2_000 // milliseconds

/**
 * A provider over an upstream. The result of a late call is cached for the next question even if
 * nobody waits for it.
 */
export function remoteProvider(upstream: Upstream, options: RemoteOptions): Provider {
  const { store, log, redis, breaker, deadline = DEADLINE } = options
  const { name, attribution } = upstream
  const quota = createQuota(name, upstream.quota, redis)
  const inFlight = new Map<string, Promise<Sheet>>()
  const endpoints = new Map<string, (item: Item) => Promise<Sheet>>()

  /**
   * Each endpoint has its own breaker: the archive may be down while the forecast is up. The quota
   * is of all together.
   */
  const endpoint = (called: string): ((item: Item) => Promise<Sheet>) => {
    const ask =
      endpoints.get(called) ?? endpointOf(upstream, called, { store, quota, log, breaker: createBreaker(breaker) })
    endpoints.set(called, ask)
    return ask
  }

  const sheetOf = (item: Item): Promise<Sheet> => {
    const shared = inFlight.get(item.key)
    if (shared) return shared
    const asked = endpoint(item.endpoint)(item).finally(() => inFlight.delete(item.key))
    inFlight.set(item.key, asked)
    return asked
  }

  return {
    name,
    async answer(question: Question, now: number): Promise<Answer | undefined> {
      const item = upstream.itemFor(question, now)
      if (!item) return undefined
      const kept = store.peek(item.key)
      const late = (): Error => new ProviderFault(`${name} ${item.endpoint} has no answer within ${deadline} ms`)
      const sheet = kept && kept.validUntil > Date.now() ? kept : await within(deadline, sheetOf(item), late)
      const figures = selectFigures(sheet.figures, question, now)
      if (!figures) return undefined
      const { kind, issuedAt, validUntil } = sheet
      return { provider: name, kind, issuedAt, validUntil, attribution, figures }
    },
  }
}
