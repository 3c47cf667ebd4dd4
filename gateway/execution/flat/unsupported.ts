/**
 * Thrown while an operation is compiled for the flat path, which then leaves it to the exact path.
 */
export class Unsupported extends Error {
  /** False if only objects of one type are concerned: those of others may still be flat. */
  readonly isFinal: boolean

  constructor(message: string, isFinal = false) {
    super(message)
    this.isFinal = isFinal
  }
}
