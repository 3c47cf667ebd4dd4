/** Turns arguments about transfers into commands of the ledger, and checks them all. */
import { accountIdOf, parseAccountId, parseAccountNumber } from '../ledger/account-number.ts'
import { type Asked, amountToMove, badInput, type Keyed, optionalText, unknownIn } from '../request/input.ts'
import type { TransferBatchCommand, TransferChangeCommand, TransferCommand } from './commands.ts'

export interface TransferInput extends Keyed {
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly currency: string
  readonly reference?: string | null
  readonly quoteId?: string | null
  readonly endToEndId?: string | null
}

interface TransferBatchInput extends Keyed {
  readonly mode: 'ALL_OR_NOTHING' | 'EACH'
  readonly transfers: readonly Omit<TransferInput, keyof Keyed | 'quoteId'>[]
}

interface TransferChangeInput extends Keyed {
  readonly transferId: string
}

export const MAX_REFERENCE = 140 // characters
const MAX_END_TO_END = 35 // characters, of ISO 20022
const MAX_BATCH = 1_000 // transfers

/** A transfer's id as clients send it; null for what can be none. */
export function parseTransferId(text: string): string | null {
  return /^[1-9]\d{0,17}$/.test(text) ? text : null
}

/** Reads the fields of every order to move money. @throws BAD_USER_INPUT naming the argument */
export function readOrder(input: Omit<TransferInput, keyof Keyed>) {
  const { amount, currency, reference } = input
  const number = parseAccountNumber(input.to)
  if (number === undefined) throw badInput('to', 'must be an account number (IBAN) with right check digits')
  const [from, to] = [parseAccountId(input.from), accountIdOf(number)]
  const endToEndId = optionalText('endToEndId', input.endToEndId, MAX_END_TO_END)
  return {
    from,
    to,
    amount: amountToMove(amount),
    currency,
    reference: optionalText('reference', reference, MAX_REFERENCE),
    ...(endToEndId === null ? {} : { endToEndId }),
    ...unknownIn([from, input.from], [to, number]),
  }
}

/** @throws BAD_USER_INPUT naming the argument */
export const readTransferInput = (input: TransferInput): Asked<TransferCommand> => ({
  idempotencyKey: input.idempotencyKey,
  command: { name: 'transfer', ...readOrder(input), merchantId: null },
})

/** @throws BAD_USER_INPUT naming the argument */
export function readTransferBatchInput(input: TransferBatchInput): Asked<TransferBatchCommand> {
  const { idempotencyKey, mode, transfers } = input
  if (transfers.length < 1 || transfers.length > MAX_BATCH)
    throw badInput('transfers', `must have 1 to ${MAX_BATCH} items`)
  return { idempotencyKey, command: { name: 'transferBatch', mode, items: transfers.map(readOrder) } }
}

export const readTransferChange =
  <Name extends string>(name: Name) =>
  ({ idempotencyKey, transferId: given }: TransferChangeInput): Asked<TransferChangeCommand<Name>> => {
    const transferId = parseTransferId(given)
    return { idempotencyKey, command: { name, transferId, ...unknownIn([transferId, given]) } }
  }
