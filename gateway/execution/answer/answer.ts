import type { GraphQLError } from 'graphql'
import type { Loan } from '../../../platform/memory/loans.ts'

export interface Answer {
  /** `{"data":…}` in UTF-8. */
  readonly body: Buffer
  /** The loan of the body's memory, if it is lent. The last one to use the body may free it. */
  readonly loan?: Loan
  readonly errors: readonly GraphQLError[]
}

/** What stands around the data in the body of an answer. */
export const AROUND = '{"data":}'.length

/** One error for each place would make an answer of errors alone out of a long list. */
export const MAX_ERRORS = 1_000
