/**
 * Shared by the resolvers of one request: the caller, and the reads of this request. Knows no
 * feature.
 */
import type { Caller } from '../../../platform/protocol/caller.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { onPrimary, type Past } from '../database/past.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { requireUnreserved } from './access.ts'
import { createLoad, type Load } from './load.ts'

export interface BankingContext {
  /** Undefined: signed out. */
  readonly caller: Caller | undefined
  readonly requestId: string | null
  readonly database: PrismaClient
  /** Reads that a standby may serve. */
  readonly past: Past
  readonly ledger: Ledger
  /** When the caller must have its answer, in milliseconds of `performance.now()`. */
  readonly deadline: number
  load: Load
}

/** Milliseconds for a request since its arrival; the gateway gives it 15 s. */
const REQUEST_TIMEOUT_MS = 13_000

interface ContextParts
  extends Omit<BankingContext, 'load' | 'deadline' | 'past'>,
    Partial<Pick<BankingContext, 'past'>> {
  /** In milliseconds of `performance.now()`; now by default. */
  readonly arrived?: number
}

export function createContext({ arrived = performance.now(), ...parts }: ContextParts): BankingContext {
  requireUnreserved(parts.caller)
  return {
    past: onPrimary,
    ...parts,
    deadline: arrived + REQUEST_TIMEOUT_MS,
    load: createLoad(parts.database),
  }
}

/** After a write, earlier reads are out of date. */
export function forgetReads(context: BankingContext): void {
  context.load = createLoad(context.database)
}
