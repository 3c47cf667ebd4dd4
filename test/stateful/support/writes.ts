/** What a stateful service is asked to write, and how one sees what it has. */
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

/** What `test/subgraphs/<name>/writes.ts` exports as `writes`. All is asked as the payer. */
export interface WritesOfService {
  /** Adds something of the caller's under this key. */
  write(idempotencyKey: string): Operation
  /** The id of what was added; undefined where the answer has none. */
  idOf(data: Data): string | undefined
  /** Lists what the caller has. */
  page(after: string | null): Operation
  connectionOf(data: Data): Connection
}
