/**
 * The bank's own accounts, opened at first use. The ledger remembers each under its key, so a
 * repeated request opens nothing.
 */
import type { Ledger } from '../ledger/ledger.ts'
import { type Actor, type LedgerRequest, ledgerRequest } from '../ledger/request.ts'

export interface InternalAccount {
  readonly actor: Actor
  /** The same on every instance. */
  readonly key: string
  readonly label: string
  readonly currency: string
  /** The lowest balance; by default there is none. */
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

/** Resolves to the account's id, the same on every instance. Opens it at first use. */
export function internalAccount(ledger: Ledger, account: InternalAccount): Promise<string> {
  const known = opened.get(ledger) ?? new Map<string, Promise<string>>()
  opened.set(ledger, known)
  const slot = `${account.actor.id} ${account.key}`
  const id = known.get(slot) ?? openInternalAccount(ledger, account)
  known.set(slot, id)
  // A failure is not cached.
  id.catch(() => known.delete(slot))
  return id
}

export async function openInternalAccount(ledger: Ledger, account: InternalAccount): Promise<string> {
  const { outcome } = await ledger.submit(internalAccountRequest(account))
  if (outcome.accepted) return outcome.subject
  const { floor, ...unbounded } = account
  // The account may have been opened before it had a floor.
  if (outcome.code === 'IDEMPOTENCY_KEY_REUSED' && floor !== undefined) return openInternalAccount(ledger, unbounded)
  throw new Error(`The bank's account "${account.label}" in ${account.currency} was refused: ${outcome.code}`)
}
