/** The ledger's commands about transfers. */
import type { Order } from '../ledger/debit.ts'

/** What every order to move money says. */
export interface TransferOrder extends Order {
  readonly reference: string | null
  /**
   * What the payer calls it; left out where it is called nothing, so that the command hashes as it
   * did before there were any.
   */
  readonly endToEndId?: string
}

export interface TransferCommand extends TransferOrder {
  readonly name: 'transfer'
  readonly merchantId: string | null
}

export interface TransferBatchCommand {
  readonly name: 'transferBatch'
  readonly mode: 'ALL_OR_NOTHING' | 'EACH'
  readonly items: readonly TransferOrder[]
}

/** A command about one transfer. */
export interface TransferChangeCommand<Name extends string> {
  readonly name: Name
  readonly transferId: string | null
}

declare module '../ledger/request.ts' {
  interface LedgerCommands {
    transfer: TransferCommand
    transferBatch: TransferBatchCommand
    reverseTransfer: TransferChangeCommand<'reverseTransfer'>
  }
}
