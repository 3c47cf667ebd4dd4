/** From what a client sends to what the ledger is asked: every argument is checked here, before anything is read. */
import { accountIdOf, parseAccountId, parseAccountNumber } from '../accounts/number.ts'
import { amountToMove, badInput, type Keyed, optionalText } from '../input.ts'
import type { TransferCommand } from '../ledger/request.ts'

export interface TransferInput extends Keyed {
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly currency: string
  readonly reference?: string | null
}

const MAX_REFERENCE = 140

/** @throws BAD_USER_INPUT naming the argument */
export function readTransferInput(input: TransferInput): Keyed & { readonly command: TransferCommand } {
  const number = parseAccountNumber(input.to)
  if (number === undefined) throw badInput('to', 'must be an account number (IBAN) with right check digits')
  return {
    idempotencyKey: input.idempotencyKey,
    command: {
      name: 'transfer',
      from: parseAccountId(input.from) ?? null,
      to: accountIdOf(number) ?? null,
      amount: amountToMove(input.amount),
      currency: input.currency,
      reference: optionalText('reference', input.reference, MAX_REFERENCE),
      merchantId: null,
    },
  }
}
