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

const opened = new WeakMap<Ledger, Map<string, Promise<string>>>()

/** Resolves to the id of one, which every instance is told alike; opens it when it is first asked for. */
export function internalAccount(ledger: Ledger, account: InternalAccount): Promise<string> {
  const known = opened.get(ledger) ?? new Map<string, Promise<string>>()
  opened.set(ledger, known)
  const slot = `${account.actor.id} ${account.key}`
  const id = known.get(slot) ?? openInternalAccount(ledger, account)
  known.set(slot, id)
  // What failed is asked again the next time.
  id.catch(() => known.delete(slot))
  return id
}

/** Resolves to its id. */
export async function openInternalAccount(ledger: Ledger, account: InternalAccount): Promise<string> {
  const { outcome } = await ledger.submit(internalAccountRequest(account))
  if (outcome.accepted) return outcome.subject
  const { floor, ...unbounded } = account
  // One that was opened before it had a floor is remembered without.
  if (outcome.code === 'IDEMPOTENCY_KEY_REUSED' && floor !== undefined) return openInternalAccount(ledger, unbounded)
  throw new Error(`The bank's account "${account.label}" in ${account.currency} was refused: ${outcome.code}`)
}
