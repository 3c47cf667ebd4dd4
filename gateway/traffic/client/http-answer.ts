/** An HTTP answer as it came. */
export interface HttpAnswer {
  readonly status: number
  /** The headers that are read here (see `head.ts`), by their names in small letters. */
  readonly fields: ReadonlyMap<string, string>
  /** With a letter for each byte while its content is encoded. */
  readonly text: string
  /** Of the body, on the wire. */
  readonly bytes: number
}
