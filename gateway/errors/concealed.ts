/**
 * The original error for an element that is deliberately hidden from clients. Not logged, so that
 * clients who ask for it cannot fill the log.
 */
import { GraphQLError } from 'graphql'

export const CONCEALED = new Error('It is hidden from clients.')

export const isConcealed = (error: unknown): boolean =>
  error instanceof GraphQLError && error.originalError === CONCEALED
