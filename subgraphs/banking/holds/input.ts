/** Turns arguments about holds into commands of the ledger, and checks them all. */
import { type Asked, amountToMove, type Keyed, unknownIn, wholeNumber } from '../request/input.ts'
import { parseTransferId, readOrder, type TransferInput } from '../transfers/input.ts'
import type { CaptureHoldCommand, HoldFundsCommand } from './commands.ts'

interface HoldFundsInput extends TransferInput {
  readonly expiresInSeconds: number
}

interface CaptureHoldInput extends Keyed {
  readonly transferId: string
  readonly amount?: bigint | null
}

const LONGEST_HOLD = 2_592_000 // seconds: 30 days

/** @throws BAD_USER_INPUT naming the argument */
export const readHoldFundsInput = (input: HoldFundsInput): Asked<HoldFundsCommand> => ({
  idempotencyKey: input.idempotencyKey,
  command: {
    name: 'holdFunds',
    ...readOrder(input),
    expiresInSeconds: wholeNumber('expiresInSeconds', input.expiresInSeconds, 1, LONGEST_HOLD),
  },
})

/** @throws BAD_USER_INPUT naming the argument */
export function readCaptureHoldInput(input: CaptureHoldInput): Asked<CaptureHoldCommand> {
  const { idempotencyKey, amount } = input
  const transferId = parseTransferId(input.transferId)
  return {
    idempotencyKey,
    command: {
      name: 'captureHold',
      transferId,
      amount: amount === null || amount === undefined ? null : amountToMove(amount),
      ...unknownIn([transferId, input.transferId]),
    },
  }
}
