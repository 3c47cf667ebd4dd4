/** `@listSize`: how long a list may be. */
export interface DeclaredSize {
  /** Items where the client does not say. */
  readonly assumedSize: number | undefined
  /** Arguments that say it; the largest counts. */
  readonly slicingArguments: readonly string[] | undefined
  /** Fields below this one that have the size, where it is not the field itself. */
  readonly sizedFields: readonly string[] | undefined
}
