/**
 * Classifies a failed statement for the whole service: the database is away, it refused, or the
 * fault is ours.
 */
import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import { GraphQLError } from 'graphql'
import { DatabaseError } from 'pg'
import { z } from 'zod'
import { codedError } from '../../../platform/protocol/errors.ts'

/**
 * - `outage`: the same may well succeed later: no connection, no room, a restart, a fail-over, a
 *   conflict, a time-out.
 * - `refused`: the database looked at the statement and said no.
 * - `fault`: ours.
 * - `unknown`: none of these can be told.
 */
export type Failure = 'outage' | 'refused' | 'fault' | 'unknown'

/**
 * SQLSTATEs after which the same transaction may well succeed: connection (08), conflict (40),
 * resources (53), shutdown and cancellation (57), read-only after a fail-over (25006), an idle
 * transaction that was ended (25P03), a lock (55P03).
 */
const PASSING = /^(08|40|53|57|25006$|25P03$|55P03$)/

const OWN_FAULTS = [TypeError, RangeError, SyntaxError, ReferenceError, GraphQLError]

/**
 * The codes of Node, Prisma's adapter and Prisma's client for a connection that was refused, lost
 * or not available.
 */
const LOST: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections', 'TlsConnectionError'],
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'],
])

/** The driver and its pool have no code for these. */
const LOST_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout (expired|exceeded when trying to connect))/

const cause = z.object({ originalCode: z.string().optional(), kind: z.string().optional() })
const prismaError = z.object({ meta: z.object({ driverAdapterError: z.object({ cause }) }) })
const coded = z.object({ code: z.string() })

/** @param error as thrown by the driver, by Prisma's adapter or by Prisma */
export function failureOf(error: unknown): Failure {
  if (OWN_FAULTS.some((kind) => error instanceof kind)) return 'fault'
  const { originalCode, kind } = causeOf(error) ?? {}
  const state = error instanceof DatabaseError ? error.code : originalCode
  if (state !== undefined) return PASSING.test(state) ? 'outage' : 'refused'
  const names = [kind, coded.safeParse(error).data?.code]
  if (names.some((name) => name !== undefined && LOST.has(name))) return 'outage'
  return error instanceof Error && LOST_MESSAGES.test(error.message) ? 'outage' : 'unknown'
}

const causeOf = (error: unknown): z.output<typeof cause> | undefined =>
  error instanceof DriverAdapterError
    ? cause.safeParse(error.cause).data
    : prismaError.safeParse(error).data?.meta.driverAdapterError.cause

/** Makes a service's error for clients while its database is away; undefined for other errors. */
export const outageErrorOf =
  (service: string, message: string) =>
  (error: unknown): GraphQLError | undefined =>
    failureOf(error) === 'outage' ? codedError('SERVICE_UNAVAILABLE', message, { service }) : undefined

export const outageError = outageErrorOf('banking', 'The bank cannot be reached. Ask again.')
