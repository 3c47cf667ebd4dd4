/** Test writes of a stateful service, and how to list them. */
export interface Operation {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

// biome-ignore lint/suspicious/noExplicitAny: data of an answer
type Data = any

interface Connection {
  readonly edges: readonly { readonly node: { readonly id: string } }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** The `writes` that `test/subgraphs/<name>/writes.ts` exports. All requests are the payer's. */
export interface WritesOfService {
  /** Adds an object of the caller under this key. */
  write(idempotencyKey: string): Operation
  /** The id of the added object; undefined if the answer has none. */
  idOf(data: Data): string | undefined
  /** Lists the caller's objects. */
  page(after: string | null): Operation
  connectionOf(data: Data): Connection
}
