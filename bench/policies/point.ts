/**
 * The interface of this folder's files, which export a `point`: a workload, and the settings to
 * compare.
 */

/** How one gateway is started. */
export interface Variant {
  /** Variables besides `SUPERGRAPH` and ports. */
  readonly env?: Readonly<Record<string, string>>
  /**
   * The argument of `defineConfig`, as source text; `stateful` and `stateless` are in scope. The
   * supergraph is added. Without it the gateway reads no file.
   */
  readonly config?: string
  /** The supergraph to serve instead of the workload's. */
  readonly supergraph?: (text: string) => string
  /** Bodies of its first request and of all others, if they have more than the query. */
  readonly bodies?: (query: string) => { readonly first: Body; readonly later: Body }
  /** The path, if not that of the whole schema. */
  readonly path?: string
  /** Whether there may be errors beside the data. */
  readonly hasErrors?: boolean
}

type Body = Readonly<Record<string, unknown>>

export interface Point {
  /** A workload of `bench/gateway/workloads.ts`. */
  readonly workload: string
  /**
   * Headers of every request; each of a unique workload has its own `Authorization` unless one is
   * here.
   */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Started before the gateways, for example a coprocessor; the variants are made of its result.
   */
  readonly beside?: () => Promise<{ readonly url: string; stop(): Promise<void> }>
  readonly off: Variant
  /** Variants keyed by the text of their row. @param url of `beside` */
  on(url: string): Readonly<Record<string, Variant>>
}
