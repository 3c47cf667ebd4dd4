/**
 * Stands behind the error of what is there and is hidden from clients on purpose: whoever asks for
 * it must not fill the log.
 */
import { GraphQLError } from 'graphql'

export const CONCEALED = new Error('It is hidden from clients.')

export const isConcealed = (error: unknown): boolean =>
  error instanceof GraphQLError && error.originalError === CONCEALED
