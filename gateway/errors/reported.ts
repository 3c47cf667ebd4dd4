/** What a service reported, kept beside what is shown of it. Only `mask.ts` may show any of it. */
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

/**
 * For what the gateway answers itself: the error of a service that stands behind one of its own.
 */
export function keepWhole(error: GraphQLFormattedError, whole: GraphQLError): GraphQLFormattedError {
  wholes.set(error, whole)
  return error
}

export const wholeOf = (error: GraphQLFormattedError): GraphQLError | undefined => wholes.get(error)

/** An error of a service as the `originalError` of the one that stands for it. */
export interface ServiceError extends Error {
  readonly service: string
  readonly reported: Reported | undefined
}

/**
 * Where a service fails there is no stack here to show, and writing one costs ten times as much as
 * the error.
 */
export function serviceErrorOf(service: string, message: string, what: Reported | undefined): ServiceError {
  const text = `${service}: ${what?.message ?? message}`
  return { name: 'Error', message: text, stack: text, service, reported: what }
}

export const isServiceError = (error: Error | null | undefined): error is ServiceError =>
  error !== null && error !== undefined && 'reported' in error && 'service' in error
