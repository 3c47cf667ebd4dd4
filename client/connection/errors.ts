import type { Answer } from './answer.ts'

/**
 * Nobody knows yet whether a mutation was carried out. It is asked for again, by the same key,
 * until somebody does.
 */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError'

  constructor(operationName: string | undefined, cause: unknown) {
    super(`It is not known yet what became of ${operationName ?? 'a mutation'}.`, { cause })
  }
}

/**
 * What the intent was for has been carried out, with another input than this one; nothing was sent.
 */
export class CarriedOutError extends Error {
  override readonly name = 'CarriedOutError'
  /** Of the first input, where it became known just now. */
  readonly answer: Answer | undefined

  constructor(answer?: Answer) {
    super('This was carried out before, with another input. Begin a new intent to do both.')
    this.answer = answer
  }
}
