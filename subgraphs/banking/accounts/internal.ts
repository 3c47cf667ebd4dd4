/**
 * Accounts of the bank itself, opened when first needed. Which they are, the ledger remembers under
 * their keys: asking again opens nothing.
 */
import type { Ledger } from '../ledger/ledger.ts'
import { type Actor, type LedgerRequest, ledgerRequest } from '../ledger/request.ts'

export interface InternalAccount {
  readonly actor: Actor
  /** The same one every time, on whichever instance. */
  readonly key: string
  readonly label: string
  readonly currency: string
  /** What it never goes under; none where it is left out. */
  readonly floor?: bigint
}

/** The order to open one. */
export const internalAccountRequest = ({ actor, key, label, currency, floor }: InternalAccount): LedgerRequest =>
  ledgerRequest({
    actor,
    key,
    requestId: null,
    command: {
      name: 'openAccount',
      owner: null,
      kind: 'INTERNAL',
      currency,
      label,
      floor: floor ?? null,
      productId: null,
      branchId: null,
    },
  })

/** Resolves to its id. */
export async function openInternalAccount(ledger: Ledger, account: InternalAccount): Promise<string> {
  const { outcome } = await ledger.submit(internalAccountRequest(account))
  if (outcome.accepted) return outcome.subject
  const { floor, ...unbounded } = account
  // One that was opened before it had a floor is remembered without.
  if (outcome.code === 'IDEMPOTENCY_KEY_REUSED' && floor !== undefined) return openInternalAccount(ledger, unbounded)
  throw new Error(`The bank's account "${account.label}" in ${account.currency} was refused: ${outcome.code}`)
}
