/** Facts that are generated from the schema for the caches of clients. */
export interface CacheFacts {
  /** The object types of each union and interface. */
  readonly possibleTypes: Readonly<Record<string, readonly string[]>>
  /** Object types without an id: they are part of their parent. */
  readonly values: readonly string[]
  /** Those that are parts of paged lists: connections, their edges, `PageInfo`. */
  readonly pages: readonly string[]
  /** Paged lists, by type and field, with the arguments that distinguish lists. */
  readonly connections: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** Lists of objects without pages, by type and field. */
  readonly lists: Readonly<Record<string, Readonly<Record<string, true>>>>
  /** Fields of `Query` that find an object by its id, and its type. */
  readonly lookups: Readonly<Record<string, string>>
}
