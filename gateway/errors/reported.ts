/** Keeps a service's error beside the one that is shown. Only `mask.ts` may show any of it. */
import type { GraphQLError, GraphQLFormattedError } from 'graphql'

interface Reported {
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
}

const reported = new WeakMap<GraphQLFormattedError, Reported>()

/** @returns `error` */
export function remember(error: GraphQLFormattedError, what: Reported | undefined): GraphQLFormattedError {
  if (what) reported.set(error, what)
  return error
}

export const reportedIn = (error: GraphQLFormattedError): Reported | undefined => reported.get(error)

const wholes = new WeakMap<GraphQLFormattedError, GraphQLError>()

/** Keeps the error of a service behind one that the gateway made itself. */
export function keepWhole(error: GraphQLFormattedError, whole: GraphQLError): GraphQLFormattedError {
  wholes.set(error, whole)
  return error
}

export const wholeOf = (error: GraphQLFormattedError): GraphQLError | undefined => wholes.get(error)

/** A service's error, as the `originalError` of the one that represents it. */
export interface ServiceError extends Error {
  readonly service: string
  readonly reported: Reported | undefined
}

/**
 * Without a stack: it would show nothing of the service, and costs ten times as much as the error.
 */
export function serviceErrorOf(service: string, message: string, what: Reported | undefined): ServiceError {
  const text = `${service}: ${what?.message ?? message}`
  return { name: 'Error', message: text, stack: text, service, reported: what }
}

export const isServiceError = (error: Error | null | undefined): error is ServiceError =>
  error !== null && error !== undefined && 'reported' in error && 'service' in error
