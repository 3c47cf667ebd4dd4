/** Records one call, if its client asked for a trace. Types only. */

export interface CallTrace {
  /** Number of its entities that came from the cache. */
  foundEntities(count: number): void
  /** It was answered without a call of its own. */
  answeredBy(source: 'cache' | 'shared'): void
  /**
   * Call it as a try begins.
   * @param instance its address, without secrets
   * @param bytes of the request
   */
  tries(instance: string, isHedge: boolean, bytes: number): TryTrace
  /** @param bytes of an answer to one of its tries */
  received(bytes: number): void
}

/** Records the end of a try. */
interface TryTrace {
  answered(): void
  failed(error: unknown): void
}
