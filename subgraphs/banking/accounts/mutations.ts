/** Orders about accounts: opened, renamed, frozen, limited, closed. */
import { codedError } from '../../../platform/protocol/errors.ts'
import { customerById } from '../customers/read.ts'
import { branchById } from '../places/read.ts'
import { requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { badInput } from '../request/input.ts'
import { asking, type MutationResult, mutate, readBack, resultOf } from '../request/mutation.ts'
import {
  type OpenAccountInput,
  readAccountChange,
  readOpenAccountInput,
  readRenameAccountInput,
  readSetDailyLimitInput,
} from './input.ts'
import { accountById } from './read.ts'

export const accountMutations = {
  Mutation: {
    async openAccount(
      _: unknown,
      { input }: { input: OpenAccountInput },
      context: BankingContext,
    ): Promise<MutationResult> {
      const { id } = requireScope(context.caller, 'banking:write')
      const [customer, branch] = await Promise.all([
        context.load(customerById, id),
        context.load(branchById, input.branch),
      ])
      if (!customer) throw codedError('FORBIDDEN', 'The signed-in user is not a customer of the bank.')
      if (!branch) throw badInput('branch', 'must be the id of a branch')
      return mutate(context, () => readOpenAccountInput(id, input))
    },
    renameAccount: asking(readRenameAccountInput),
    setDailyLimit: asking(readSetDailyLimitInput),
    freezeAccount: asking(readAccountChange('freezeAccount')),
    unfreezeAccount: asking(readAccountChange('unfreezeAccount')),
    closeAccount: asking(readAccountChange('closeAccount')),
  },
  AccountResult: resultOf('AccountAccepted'),
  AccountAccepted: {
    account: ({ subject }: { subject: string }, _: unknown, context: BankingContext) =>
      readBack(context, ({ load }) => load(accountById, subject)),
  },
}
