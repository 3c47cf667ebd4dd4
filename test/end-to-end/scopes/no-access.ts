/** The bank's access without its check of scopes: anybody is the payer. */
import type { Caller } from '../../../platform/protocol/caller.ts'

export * from '../../../subgraphs/banking/request/access.ts'

const ANYBODY: Caller = {
  id: 'payer',
  scopes: new Set(['banking:read', 'banking:write', 'banking:officer']),
  expiresAt: Number.POSITIVE_INFINITY,
  trustedUntil: Number.POSITIVE_INFINITY,
  claims: {},
}

export const requireScope = (caller: Caller | undefined): Caller => caller ?? ANYBODY
