/** What traffic tells of one call, if its client asked for a trace. Types only. */

export interface CallTrace {
  /** So many of its entities came from the cache. */
  foundEntities(count: number): void
  /** It was answered without a call of its own. */
  answeredBy(source: 'cache' | 'shared'): void
  /**
   * Call it as a try begins.
   * @param instance its address, without what may be secret of it
   * @param bytes of the request
   */
  tries(instance: string, isHedge: boolean, bytes: number): TryTrace
  /** @param bytes of an answer to one of its tries */
  received(bytes: number): void
}

/** How a try ends. */
interface TryTrace {
  answered(): void
  failed(error: unknown): void
}
