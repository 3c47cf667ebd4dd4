/**
 * The life of an account: opened empty, renamed, frozen and unfrozen, limited, closed at zero.
 * Never deleted.
 */
import { alterAccount, type Book, openAccount as open } from '../ledger/book.ts'
import type { WantedRows } from '../ledger/collection.ts'
import { usableAccount } from '../ledger/debit.ts'
import type { Account } from '../ledger/model.ts'
import type { LedgerPart, Rule } from '../ledger/part.ts'
import { accept, type Outcome, type Refused, refuse } from '../ledger/refusal.ts'
import type { Actor } from '../ledger/request.ts'
import type {
  AccountChangeCommand,
  OpenAccountCommand,
  RenameAccountCommand,
  SetDailyLimitCommand,
} from './commands.ts'

const openAccount: Rule<OpenAccountCommand> = {
  needs: () => ({}),
  evaluate: ({ label, owner, kind, currency, floor, productId, branchId }, book) =>
    accept(open(book, { owner, kind, currency, name: label, floor, productId, branchId }).id),
}

const renameAccount: Rule<RenameAccountCommand> = change((account, book, { label }) => {
  if (account.status === 'CLOSED') return refuse('ACCOUNT_NOT_OPEN')
  return altered(book, account, label)
})

const freezeAccount: Rule<AccountChangeCommand<'freezeAccount'>> = change((account, book, _command, actor) => {
  if (!actor.officer) return refuse('NOT_PERMITTED')
  if (account.status !== 'OPEN') return refuse('ACCOUNT_NOT_OPEN')
  account.status = 'FROZEN'
  return altered(book, account)
})

const unfreezeAccount: Rule<AccountChangeCommand<'unfreezeAccount'>> = change((account, book, _command, actor) => {
  if (!actor.officer) return refuse('NOT_PERMITTED')
  if (account.status !== 'FROZEN') return refuse('ACCOUNT_NOT_FROZEN')
  account.status = 'OPEN'
  return altered(book, account)
})

const setDailyLimit: Rule<SetDailyLimitCommand> = change((account, book, { limit }, actor) => {
  if (!actor.officer) return refuse('NOT_PERMITTED')
  if (account.status === 'CLOSED') return refuse('ACCOUNT_NOT_OPEN')
  account.dailyLimit = limit
  return altered(book, account)
})

const close = (ties: readonly AccountTie[]) =>
  change<AccountChangeCommand<'closeAccount'>>((account, book) => {
    // The bank finds its own by the key they were opened with, and cannot open another.
    if (account.owner === null) return refuse('NOT_PERMITTED')
    if (account.status !== 'OPEN') return refuse('ACCOUNT_NOT_OPEN')
    const empty =
      account.creditsPosted === account.debitsPosted && account.debitsPending === 0n && account.creditsPending === 0n
    if (!empty) return refuse('ACCOUNT_NOT_EMPTY')
    for (const { refusalOf } of ties) {
      const refusal = refusalOf(account, book)
      if (refusal) return refusal
    }
    account.status = 'CLOSED'
    return altered(book, account)
  })

/** Lets a feature refuse to close an empty account. */
export interface AccountTie {
  /** The rows that the decision needs. */
  wants(accountId: string): WantedRows
  refusalOf(account: Account, book: Book): Refused | undefined
}

const closeAccount = (ties: readonly AccountTie[]): Rule<AccountChangeCommand<'closeAccount'>> => ({
  ...close(ties),
  needs: ({ accountId }) => ({
    accounts: [accountId],
    rows: accountId === null ? [] : ties.map(({ wants }) => wants(accountId)),
  }),
})

function altered(book: Book, account: Account, name: string | null = null): Outcome {
  alterAccount(book, account, name)
  return accept(account.id)
}

/** A rule about one account that the actor may use. @param apply changes the account, or refuses */
function change<Asked extends AccountChangeCommand<string>>(
  apply: (account: Account, book: Book, command: Asked, actor: Actor) => Outcome,
) {
  return {
    needs: ({ accountId }: Asked) => ({ accounts: [accountId] }),
    evaluate(command: Asked, book: Book, actor: Actor): Outcome {
      const account = usableAccount(book, command.accountId, actor)
      if (!account) return refuse('ACCOUNT_NOT_FOUND')
      return apply(account, book, command, actor)
    },
  }
}

/** @param ties reasons that may keep an account open */
export const accountsPart = (ties: readonly AccountTie[]) =>
  ({
    rules: {
      openAccount,
      renameAccount,
      freezeAccount,
      unfreezeAccount,
      setDailyLimit,
      closeAccount: closeAccount(ties),
    },
  }) satisfies LedgerPart
