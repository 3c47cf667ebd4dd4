/** An HTTP answer as it came. */
export interface HttpAnswer {
  readonly status: number
  /** The headers that are read here (see `head.ts`), by their names in small letters. */
  readonly fields: ReadonlyMap<string, string>
  /** Nothing changes it any more; it is no part of a read buffer. */
  readonly body: Buffer
}
