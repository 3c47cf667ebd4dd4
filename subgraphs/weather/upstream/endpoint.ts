/**
 * One endpoint of an upstream: batches questions, answers from the cache, and fetches the rest
 * within quota and pauses.
 */
import type { Logger } from '../../../platform/process/log.ts'
import { asFault, isFault, ProviderFault } from '../model/provider.ts'
import { batcher } from './batch.ts'
import type { Breaker } from './breaker.ts'
import type { Quota } from './quota.ts'
import type { SheetStore } from './store.ts'
import type { FetchItem, Item, Outcome, Sheet, Upstream } from './upstream.ts'

interface EndpointParts {
  readonly store: SheetStore
  readonly quota: Quota
  readonly breaker: Breaker
  readonly log: Logger
}

/**
 * The gateway sends what one operation wants at different depths as several requests at once; they
 * shall be one call.
 */
const GATHERING = { quiet: 5, longest: 100 }
/** A quota with room again within this many seconds is waited for. */
const WORTH_WAITING = 1

/** A function that gives the sheet of one item. @throws ProviderFault */
export function endpointOf(upstream: Upstream, endpoint: string, parts: EndpointParts): (item: Item) => Promise<Sheet> {
  const { store, quota, breaker } = parts
  const log = parts.log.child({ provider: upstream.name, endpoint })

  const takeQuota = async (amount: number): Promise<void> => {
    const wait = await quota.take(amount, Date.now())
    if (wait === 0) return
    if (wait > WORTH_WAITING) throw new ProviderFault(`the quota of ${upstream.name} is used up`, wait)
    await new Promise((resume) => setTimeout(resume, wait * 1000))
    const again = await quota.take(amount, Date.now())
    if (again > 0) throw new ProviderFault(`the quota of ${upstream.name} is used up`, again)
  }

  const fetchSome = async (items: readonly FetchItem[]): Promise<readonly Outcome[]> => {
    const pause = breaker.pause(performance.now())
    if (pause > 0) throw new ProviderFault(`${upstream.name} ${endpoint} is given a pause`, Math.ceil(pause / 1000))
    await takeQuota(upstream.cost(items))
    const outcomes: readonly Outcome[] = await upstream
      .fetch(items, Date.now())
      .catch((error) => items.map(() => asFault(error)))
    const faults = outcomes.filter(isFault)
    if (faults[0]) log.warn({ reason: faults[0].message, places: faults.length }, 'an upstream failed')
    const retryAfter = faults.find((fault) => fault.retryAfter !== undefined)?.retryAfter
    if (retryAfter !== undefined || faults.length === items.length) breaker.failed(performance.now(), retryAfter)
    else breaker.succeeded()
    return outcomes
  }

  return batcher<Item, Sheet>(async (items) => {
    const known = await store.getAll(items.map(({ key }) => key))
    const outcomes: Outcome[] = []
    const missing: { readonly index: number; readonly item: FetchItem }[] = []
    for (const [index, item] of items.entries()) {
      const sheet = known[index]
      if (sheet && sheet.validUntil > Date.now()) outcomes[index] = sheet
      else missing.push({ index, item: { ...item, stale: sheet } })
    }
    for (let from = 0; from < missing.length; from += upstream.maxItems) {
      const part = missing.slice(from, from + upstream.maxItems)
      const fetched = await fetchSome(part.map(({ item }) => item)).catch((error) => part.map(() => asFault(error)))
      for (const [position, { index }] of part.entries()) outcomes[index] = fetched[position] as Outcome
    }
    store.setAll(
      missing.flatMap(({ index, item: { key } }) => {
        const sheet = outcomes[index]
        return sheet === undefined || isFault(sheet) ? [] : [{ key, sheet }]
      }),
    )
    return outcomes
  }, GATHERING)
}
