/** What a file of this folder exports as `point`: a workload, and the settings to compare. */

/** How one gateway is started. */
export interface Variant {
  /** Variables besides `SUPERGRAPH` and ports. */
  readonly env?: Readonly<Record<string, string>>
  /**
   * What `defineConfig` is given, as source text; `stateful` and `stateless` are in scope. The
   * supergraph is added. Without it the gateway reads no file.
   */
  readonly config?: string
  /** What is served in place of the workload's supergraph. */
  readonly supergraph?: (text: string) => string
  /** Bodies of its first request and of all others, where they are not the query alone. */
  readonly bodies?: (query: string) => { readonly first: Body; readonly later: Body }
  /** Where it is asked, if not at the path of the whole schema. */
  readonly path?: string
  /** Whether there may be errors beside the data. */
  readonly hasErrors?: boolean
}

type Body = Readonly<Record<string, unknown>>

export interface Point {
  /** A workload of `bench/gateway/workloads.ts`. */
  readonly workload: string
  /** Of every request; each of a unique workload has its own `Authorization` unless one is here. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Started before the gateways, for example a coprocessor; the variants are made of its result.
   */
  readonly beside?: () => Promise<{ readonly url: string; stop(): Promise<void> }>
  readonly off: Variant
  /** By what the row says. @param url of `beside` */
  on(url: string): Readonly<Record<string, Variant>>
}
