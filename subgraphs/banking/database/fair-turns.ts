/**
 * Callers take turns at the connections of a pool: a request with a hundred statements delays
 * another caller's by one. The pool's own queue serves them in the order in which they came.
 */
import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlQuery, Transaction } from '@prisma/driver-adapter-utils'
import { createFairQueue } from '../../../platform/data/fair-queue.ts'
import { callerNow } from '../../shared/on-behalf.ts'

interface TurnOptions {
  /** Connections of the pool. */
  readonly connections: number
  /** Milliseconds to wait for a turn. */
  readonly patience: number
}

/** A statement has a connection for itself, and so has a transaction from its start to its end. */
export function fairTurns(factory: SqlDriverAdapterFactory, options: TurnOptions): SqlDriverAdapterFactory {
  const turns = createTurns(options)
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await turns.take()
    try {
      return await work()
    } finally {
      turns.giveBack()
    }
  }
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await factory.connect()
    const { queryRaw, executeRaw, startTransaction } = adapter
    return Object.assign(adapter, {
      queryRaw: (query: SqlQuery) => inTurn(() => queryRaw.call(adapter, query)),
      executeRaw: (query: SqlQuery) => inTurn(() => executeRaw.call(adapter, query)),
      async startTransaction(...isolation: Parameters<typeof startTransaction>) {
        await turns.take()
        try {
          return endingWith(await startTransaction.apply(adapter, isolation), turns.giveBack)
        } catch (error) {
          turns.giveBack()
          throw error
        }
      },
    })
  }
  return { provider: factory.provider, adapterName: factory.adapterName, connect }
}

function endingWith(transaction: Transaction, end: () => void): Transaction {
  const { commit, rollback } = transaction
  let hasEnded = false
  const endOnce = (): void => {
    if (!hasEnded) end()
    hasEnded = true
  }
  return Object.assign(transaction, {
    commit: () => commit.call(transaction).finally(endOnce),
    rollback: () => rollback.call(transaction).finally(endOnce),
  })
}

function createTurns({ connections, patience }: TurnOptions) {
  const waiting = createFairQueue<() => void>()
  let free = connections
  return {
    /** Rejects as the pool does for a statement that waits too long for a connection. */
    async take(): Promise<void> {
      if (free > 0) {
        free -= 1
        return
      }
      const caller = callerNow()
      await new Promise<void>((resolve, reject) => {
        const enter = (): void => {
          clearTimeout(timer)
          resolve()
        }
        const timer = setTimeout(() => {
          waiting.quit(caller, enter)
          reject(new Error('timeout exceeded when trying to connect'))
        }, patience).unref()
        waiting.join(caller, enter)
      })
    },
    giveBack(): void {
      const next = waiting.next()
      if (next) next()
      else free += 1
    },
  }
}
