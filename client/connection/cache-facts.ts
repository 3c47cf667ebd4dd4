/** What is generated from the schema for the caches of clients. */
export interface CacheFacts {
  /** The object types of each union and interface. */
  readonly possibleTypes: Readonly<Record<string, readonly string[]>>
  /** Object types that no id names: they are part of what holds them. */
  readonly values: readonly string[]
  /** Of these, the parts of lists that come in pages: connections, their edges, `PageInfo`. */
  readonly pages: readonly string[]
  /**
   * By type and field: lists that come in pages, with the arguments that tell one list from
   * another.
   */
  readonly connections: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** By type and field: lists of objects that come whole. */
  readonly lists: Readonly<Record<string, Readonly<Record<string, true>>>>
  /** Fields of `Query` that find an object by its id, and its type. */
  readonly lookups: Readonly<Record<string, string>>
}
