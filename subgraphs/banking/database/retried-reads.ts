/**
 * Reads once more what failed because a connection was lost: a fail-over costs those who read a
 * moment and no error.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlQuery } from '@prisma/driver-adapter-utils'
import { failureOf } from './failure.ts'

const PAUSE = 100 // milliseconds
/** What took longer was waited for in vain; so would the second try be. */
const WORTH_A_RETRY = 1_000 // milliseconds

/** Statements in transactions and all that is not plainly a `SELECT` are tried once. */
export function retriedReads(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await factory.connect()
    const queryRaw = adapter.queryRaw.bind(adapter)
    return Object.assign(adapter, {
      async queryRaw(query: SqlQuery) {
        const began = performance.now()
        try {
          return await queryRaw(query)
        } catch (error) {
          const isWorthIt = performance.now() - began < WORTH_A_RETRY
          if (!isWorthIt || !isRead(query) || failureOf(error) !== 'outage') throw error
          await sleep(PAUSE)
          return await queryRaw(query)
        }
      },
    })
  }
  return { provider: factory.provider, adapterName: factory.adapterName, connect }
}

/** The comment names a prepared statement. */
const isRead = ({ sql }: SqlQuery): boolean => /^\s*(\/\*[^*]*\*\/)?\s*SELECT\b/i.test(sql)
