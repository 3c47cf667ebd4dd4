/**
 * What a live provider describes about its upstream. How it is called, shared, cached and given up
 * on is `remote.ts`'s.
 */
import type { Figures, Place, ProviderFault, Question, WeatherKind } from '../model/provider.ts'
import type { QuotaWindow } from './quota.ts'

/** What has to be fetched for one place to answer a question. */
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

/** What became of one item. */
export type Outcome = Sheet | ProviderFault

/** What an item is fetched with. */
export interface FetchItem extends Item {
  /** What was known before, where it can be renewed. */
  readonly stale: Sheet | undefined
}

export interface Upstream {
  readonly name: string
  /** Credit the data's licence asks for. */
  readonly attribution: string
  /** What its terms allow; empty where they set no limit. */
  readonly quota: readonly QuotaWindow[]
  /** Most items one `fetch` may get. */
  readonly maxItems: number
  /** `undefined` where the upstream never has such figures. */
  itemFor(question: Question, now: number): Item | undefined
  /** What fetching these items takes from the quota. */
  cost(items: readonly FetchItem[]): number
  /**
   * Fetches items of one endpoint; outcomes parallel to `items`.
   * @throws ProviderFault when all of them failed
   */
  fetch(items: readonly FetchItem[], now: number): Promise<readonly Outcome[]>
}
