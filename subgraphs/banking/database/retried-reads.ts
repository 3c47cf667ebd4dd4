/**
 * Repeats a read that failed because its connection was lost, so that a fail-over causes a delay
 * and no error. Once, because a query may fail; `readBack` of `request/mutation.ts` repeats reads
 * after a mutation until the deadline, because that has happened.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlQuery } from '@prisma/driver-adapter-utils'
import { failureOf } from './failure.ts'

const PAUSE = 100 // milliseconds
/** A read that failed after a longer wait would fail again. */
const WORTH_A_RETRY = 1_000 // milliseconds

/** Repeats plain `SELECT`s outside of transactions only. */
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
