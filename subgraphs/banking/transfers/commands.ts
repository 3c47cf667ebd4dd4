/** The ledger's commands about transfers. */
import type { Order } from '../ledger/debit.ts'

/** The fields of every order to move money. */
export interface TransferOrder extends Order {
  readonly reference: string | null
  /**
   * The payer's own reference. Left out if absent, so that the command's hash stays as before the
   * field existed.
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
