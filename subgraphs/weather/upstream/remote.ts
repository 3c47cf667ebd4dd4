/** Makes a provider of an upstream: fresh answers from memory, calls shared and gathered, quotas and pauses kept, all within a deadline. */
import type { Logger } from '../../../gateway/process/log.ts'
import { type Answer, type Provider, ProviderFault, type Question } from '../providers/provider.ts'
import { batcher } from './batch.ts'
import { type BreakerOptions, createBreaker } from './breaker.ts'
import { selectFigures } from './figures.ts'
import { createQuota } from './quota.ts'
import type { SheetStore } from './store.ts'
import type { FetchItem, Item, Sheet, Upstream } from './upstream.ts'

export interface RemoteOptions {
  readonly store: SheetStore
  readonly log: Logger
  readonly breaker?: BreakerOptions
  /** Milliseconds a client's question waits at most. */
  readonly deadline?: number
}

export const DEADLINE = 2_000 // milliseconds

/** A provider over an upstream. What a late call brings is kept for the next question even if nobody waits any more. */
export function remoteProvider(upstream: Upstream, options: RemoteOptions): Provider {
  const { store, log, breaker: breakerOptions, deadline = DEADLINE } = options
  const { name, attribution } = upstream
  const quota = createQuota(upstream.quota)
  const endpoints = new Map<string, (item: Item) => Promise<Sheet>>()
  const inFlight = new Map<string, Promise<Sheet>>()

  /** One queue and one breaker an endpoint: the archive may be down while the forecast is up. */
  const endpoint = (endpointName: string): ((item: Item) => Promise<Sheet>) => {
    const known = endpoints.get(endpointName)
    if (known) return known
    const breaker = createBreaker(breakerOptions)

    const fetchSome = async (items: readonly FetchItem[]): Promise<readonly (Sheet | Error)[]> => {
      const now = Date.now()
      const pause = breaker.pause(now)
      if (pause > 0) throw new ProviderFault(`${name} ${endpointName} is given a pause`, Math.ceil(pause / 1000))
      const wait = quota.take(upstream.cost(items), now)
      if (wait > 0) throw new ProviderFault(`the quota of ${name} is used up`, wait)
      try {
        const sheets = await upstream.fetch(items, now)
        const fault = sheets.find((sheet) => sheet instanceof Error)
        if (fault) log.warn({ provider: name, endpoint: endpointName, reason: fault.message }, 'an upstream left a gap')
        if (sheets.every((sheet) => sheet instanceof Error)) breaker.failed(now)
        else breaker.succeeded()
        return sheets
      } catch (error) {
        if (!(error instanceof ProviderFault)) throw error
        log.warn({ provider: name, endpoint: endpointName, reason: error.message }, 'an upstream failed')
        breaker.failed(Date.now(), error.retryAfter)
        throw error
      }
    }

    const ask = batcher<Item, Sheet>(async (items) => {
      const known = await store.getAll(items.map(({ key }) => key))
      const results: (Sheet | Error)[] = []
      const missing: { index: number; item: FetchItem }[] = []
      for (const [index, item] of items.entries()) {
        const sheet = known[index]
        if (sheet && sheet.validUntil > Date.now()) results[index] = sheet
        else missing.push({ index, item: { ...item, stale: sheet } })
      }
      for (let from = 0; from < missing.length; from += upstream.maxItems) {
        const part = missing.slice(from, from + upstream.maxItems)
        const sheets = await fetchSome(part.map(({ item }) => item)).catch((error: Error) => part.map(() => error))
        for (const [position, { index }] of part.entries()) results[index] = sheets[position] as Sheet | Error
      }
      await store.setAll(
        missing.flatMap(({ index, item }) => {
          const sheet = results[index]
          return sheet === undefined || sheet instanceof Error ? [] : [{ key: item.key, sheet }]
        }),
      )
      return results
    })
    endpoints.set(endpointName, ask)
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
      const sheet =
        kept && kept.validUntil > Date.now()
          ? kept
          : await within(deadline, sheetOf(item), `${name} ${item.endpoint} has no answer within ${deadline} ms`)
      const figures = selectFigures(sheet.figures, question, now)
      if (!figures) return undefined
      const { kind, issuedAt, validUntil } = sheet
      return { provider: name, kind, issuedAt, validUntil, attribution, figures }
    },
  }
}

/** @throws ProviderFault when `promise` takes longer than `milliseconds` */
async function within<Value>(milliseconds: number, promise: Promise<Value>, message: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProviderFault(message)), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
