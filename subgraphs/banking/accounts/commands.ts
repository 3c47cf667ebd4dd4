/** The ledger's commands about accounts. */
import type { AccountKind } from '../ledger/model.ts'

export interface OpenAccountCommand {
  readonly name: 'openAccount'
  /** Null: the bank's own. */
  readonly owner: string | null
  readonly kind: AccountKind
  readonly currency: string
  readonly label: string
  readonly floor: bigint | null
  readonly productId: string | null
  readonly branchId: string | null
}

/** A command about one account. */
export interface AccountChangeCommand<Name extends string> {
  readonly name: Name
  readonly accountId: string | null
}

export interface RenameAccountCommand extends AccountChangeCommand<'renameAccount'> {
  readonly label: string
}

export interface SetDailyLimitCommand extends AccountChangeCommand<'setDailyLimit'> {
  /** Minor units; null: no limit. */
  readonly limit: bigint | null
}

declare module '../ledger/request.ts' {
  interface LedgerCommands {
    openAccount: OpenAccountCommand
    renameAccount: RenameAccountCommand
    freezeAccount: AccountChangeCommand<'freezeAccount'>
    unfreezeAccount: AccountChangeCommand<'unfreezeAccount'>
    closeAccount: AccountChangeCommand<'closeAccount'>
    setDailyLimit: SetDailyLimitCommand
  }
}
