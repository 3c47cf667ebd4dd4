/** Opens an account, empty. The floor is 0, except for the bank's own accounts, which have none. */
import { openAccount as open } from '../book.ts'
import { accept } from '../refusal.ts'
import type { OpenAccountCommand } from '../request.ts'
import type { Rule } from './rule.ts'

export const openAccount: Rule<OpenAccountCommand> = {
  needs: () => ({ accounts: [], transfers: [] }),
  evaluate: ({ label, owner, kind, currency, floor, productId, branchId }, book) =>
    accept(open(book, { owner, kind, currency, name: label, floor, productId, branchId }).id),
}
