import type { Answer } from './answer.ts'

/**
 * It is not known yet whether a mutation was carried out. It is retried with the same key until it
 * is known.
 */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError'

  constructor(operationName: string | undefined, cause: unknown) {
    super(`It is not known yet what became of ${operationName ?? 'a mutation'}.`, { cause })
  }
}

/** The intent has been carried out already, with another input; nothing was sent. */
export class CarriedOutError extends Error {
  override readonly name = 'CarriedOutError'
  /** The answer to the first input, if it became known just now. */
  readonly answer: Answer | undefined

  constructor(answer?: Answer) {
    super('This was carried out before, with another input. Begin a new intent to do both.')
    this.answer = answer
  }
}
