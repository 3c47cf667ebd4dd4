/** The life of an account: opened empty, renamed, frozen and unfrozen, limited, closed at zero. Never deleted. */

import { alterAccount, type Book, openAccount as open } from '../ledger/book.ts'
import { usableAccount } from '../ledger/debit.ts'
import type { Account } from '../ledger/model.ts'
import { accept, type Outcome, refuse } from '../ledger/refusal.ts'
import type {
  AccountChangeCommand,
  Actor,
  OpenAccountCommand,
  RenameAccountCommand,
  SetDailyLimitCommand,
} from '../ledger/request.ts'
import type { Needs, Rule } from '../ledger/rule.ts'
import { isOpen } from '../loans/states.ts'

export const openAccount: Rule<OpenAccountCommand> = {
  needs: () => ({ accounts: [], transfers: [] }),
  evaluate: ({ label, owner, kind, currency, floor, productId, branchId }, book) =>
    accept(open(book, { owner, kind, currency, name: label, floor, productId, branchId }).id),
}

export const renameAccount: Rule<RenameAccountCommand> = change((account, book, { label }) => {
  if (account.status === 'CLOSED') return refuse('ACCOUNT_NOT_OPEN')
  return altered(book, account, label)
})

export const freezeAccount: Rule<AccountChangeCommand<'freezeAccount'>> = change((account, book, _command, actor) => {
  if (!actor.officer) return refuse('NOT_PERMITTED')
  if (account.status !== 'OPEN') return refuse('ACCOUNT_NOT_OPEN')
  account.status = 'FROZEN'
  return altered(book, account)
})

export const unfreezeAccount: Rule<AccountChangeCommand<'unfreezeAccount'>> = change(
  (account, book, _command, actor) => {
    if (!actor.officer) return refuse('NOT_PERMITTED')
    if (account.status !== 'FROZEN') return refuse('ACCOUNT_NOT_FROZEN')
    account.status = 'OPEN'
    return altered(book, account)
  },
)

export const setDailyLimit: Rule<SetDailyLimitCommand> = change((account, book, { limit }, actor) => {
  if (!actor.officer) return refuse('NOT_PERMITTED')
  if (account.status === 'CLOSED') return refuse('ACCOUNT_NOT_OPEN')
  account.dailyLimit = limit
  return altered(book, account)
})

const close: Rule<AccountChangeCommand<'closeAccount'>> = change((account, book) => {
  if (account.status !== 'OPEN') return refuse('ACCOUNT_NOT_OPEN')
  const empty =
    account.creditsPosted === account.debitsPosted && account.debitsPending === 0n && account.creditsPending === 0n
  if (!empty) return refuse('ACCOUNT_NOT_EMPTY')
  const hasLoan = [...book.loans.values()].some((loan) => loan.account === account.id && isOpen(loan.state))
  if (hasLoan) return refuse('ACCOUNT_HAS_LOAN')
  account.status = 'CLOSED'
  return altered(book, account)
})

export const closeAccount: Rule<AccountChangeCommand<'closeAccount'>> = {
  ...close,
  needs: (command) => ({ ...close.needs(command), loansOn: close.needs(command).accounts }),
}

function altered(book: Book, account: Account, name: string | null = null): Outcome {
  alterAccount(book, account, name)
  return accept(account.id)
}

/** A rule about one account that the actor may use. @param apply changes it, or refuses */
function change<Asked extends AccountChangeCommand<string>>(
  apply: (account: Account, book: Book, command: Asked, actor: Actor) => Outcome,
) {
  return {
    needs: ({ accountId }: Asked): Needs => ({ accounts: accountId === null ? [] : [accountId], transfers: [] }),
    evaluate(command: Asked, book: Book, actor: Actor): Outcome {
      const account = usableAccount(book, command.accountId, actor)
      if (!account) return refuse('ACCOUNT_NOT_FOUND')
      return apply(account, book, command, actor)
    },
  }
}
