/**
 * What the resolvers of one request share: who calls, and reads that are remembered no longer than
 * the request. Knows no feature.
 */
import type { Caller } from '../../../platform/protocol/caller.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { requireUnreserved } from './access.ts'
import { createLoad, type Load } from './load.ts'

export interface BankingContext {
  /** Undefined: signed out. */
  readonly caller: Caller | undefined
  readonly requestId: string | null
  readonly database: PrismaClient
  readonly ledger: Ledger
  load: Load
}

export function createContext(parts: Omit<BankingContext, 'load'>): BankingContext {
  requireUnreserved(parts.caller)
  return { ...parts, load: createLoad(parts.database) }
}

/** After a write nothing read before it may answer. */
export function forgetReads(context: BankingContext): void {
  context.load = createLoad(context.database)
}
