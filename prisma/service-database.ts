/**
 * Connects a stateful service to its own database: the adapter for its Prisma client, and the error
 * for clients while the database is away.
 */
import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { GraphQLError } from 'graphql'
import { outageErrorOf } from '../subgraphs/banking/database/failure.ts'
import { openPool } from '../subgraphs/banking/database/pool.ts'
import { retriedReads } from '../subgraphs/banking/database/retried-reads.ts'

const CONNECTIONS = 10

/** Connects at first use, to the primary, and repeats a read that failed with its connection. */
export const serviceAdapter = (url: string): SqlDriverAdapterFactory =>
  retriedReads(new PrismaPg(openPool({ url, connections: CONNECTIONS }), { disposeExternalPool: true }))

/** For `explain` of the service. */
export const explainOutage = (service: string): ((error: unknown) => GraphQLError | undefined) =>
  outageErrorOf(service, 'The database cannot be reached. Ask again.')
