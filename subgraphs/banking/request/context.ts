/**
 * What the resolvers of one request share: who calls, and loaders that live no longer than the
 * request.
 */
import type { Caller } from '../../../platform/protocol/caller.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Tail } from '../events/tail.ts'
import type { Treasury } from '../exchange/treasury.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { DownloadLinks } from '../statements/link.ts'
import type { Webhooks } from '../webhooks/service.ts'
import { requireUnreserved } from './access.ts'
import { createLoaders, type Loaders } from './load.ts'

export interface BankingContext {
  /** Undefined: signed out. */
  readonly caller: Caller | undefined
  readonly requestId: string | null
  readonly database: PrismaClient
  readonly ledger: Ledger
  readonly tail: Tail
  readonly treasury: Treasury
  /** Seconds that an exchange rate is good for. */
  readonly rateMaxAge: number
  /** Makes links to downloads. */
  readonly downloads: DownloadLinks
  readonly webhooks: Webhooks
  loaders: Loaders
}

export function createContext(parts: Omit<BankingContext, 'loaders'>): BankingContext {
  requireUnreserved(parts.caller)
  return { ...parts, loaders: createLoaders(parts.database) }
}

/** After a write nothing read before it may answer. */
export function forgetReads(context: BankingContext): void {
  context.loaders = createLoaders(context.database)
}
