/** Accounts of the bank itself, opened when first needed. Which they are, the ledger remembers under their keys: asking again opens nothing. */
import type { Ledger } from '../ledger/ledger.ts'
import { type Actor, type LedgerRequest, ledgerRequest } from '../ledger/request.ts'

export interface InternalAccount {
  readonly actor: Actor
  /** The same one every time, on whichever instance. */
  readonly key: string
  readonly label: string
  readonly currency: string
}

/** The order to open one. */
export const internalAccountRequest = ({ actor, key, label, currency }: InternalAccount): LedgerRequest =>
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
      floor: null,
      productId: null,
      branchId: null,
    },
  })

/** Resolves to its id. */
export async function openInternalAccount(ledger: Ledger, account: InternalAccount): Promise<string> {
  const { outcome } = await ledger.submit(internalAccountRequest(account))
  if (outcome.accepted) return outcome.subject
  throw new Error(`The bank's account "${account.label}" in ${account.currency} was refused: ${outcome.code}`)
}
