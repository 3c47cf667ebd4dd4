/**
 * A live provider's description of its upstream. `remote.ts` calls, shares, caches and gives up.
 */
import type { Figures, Place, ProviderFault, Question, WeatherKind } from '../model/provider.ts'
import type { QuotaWindow } from './quota.ts'

/** What to fetch for one place to answer a question. */
export interface Item {
  /** Items of one endpoint are fetched together. */
  readonly endpoint: string
  /** Same key, same figures: what is cached and shared. */
  readonly key: string
  readonly place: Place
  /** Possibly more than the client asked for, so that similar questions share one item. */
  readonly question: Question
}

/** Fetched figures as they are kept; plain JSON. */
export interface Sheet {
  readonly figures: Figures
  readonly kind: WeatherKind
  /** Unix milliseconds. */
  readonly issuedAt: number
  /** Unix milliseconds; from then on it is stale. */
  readonly validUntil: number
  /** For a conditional request once it is stale. */
  readonly lastModified?: string
}

/** The result of one item. */
export type Outcome = Sheet | ProviderFault

/** An item to fetch. */
export interface FetchItem extends Item {
  /** The earlier result, if it can be revalidated. */
  readonly stale: Sheet | undefined
}

export interface Upstream {
  readonly name: string
  /** Credit the data's licence asks for. */
  readonly attribution: string
  /** The quota of its terms; empty without a limit. */
  readonly quota: readonly QuotaWindow[]
  /** Most items one `fetch` may get. */
  readonly maxItems: number
  /** `undefined` if the upstream never has such figures. */
  itemFor(question: Question, now: number): Item | undefined
  /** The cost of fetching these items. */
  cost(items: readonly FetchItem[]): number
  /**
   * Fetches items of one endpoint; outcomes parallel to `items`.
   * @throws ProviderFault when all of them failed
   */
  fetch(items: readonly FetchItem[], now: number): Promise<readonly Outcome[]>
}
