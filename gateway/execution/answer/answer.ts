import type { GraphQLError } from 'graphql'

/** An answer whose data is JSON text already. */
export interface Answer {
  readonly data: string
  readonly errors: readonly GraphQLError[]
}
