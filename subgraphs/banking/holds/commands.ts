/** The ledger's commands about holds. */
import type { TransferChangeCommand, TransferOrder } from '../transfers/commands.ts'

export interface HoldFundsCommand extends TransferOrder {
  readonly name: 'holdFunds'
  readonly expiresInSeconds: number
}

export interface CaptureHoldCommand {
  readonly name: 'captureHold'
  readonly transferId: string | null
  /** Null: all of it. */
  readonly amount: bigint | null
}

declare module '../ledger/request.ts' {
  interface LedgerCommands {
    holdFunds: HoldFundsCommand
    captureHold: CaptureHoldCommand
    voidHold: TransferChangeCommand<'voidHold'>
    expireHold: TransferChangeCommand<'expireHold'>
  }
}
