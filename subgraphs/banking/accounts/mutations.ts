/** Orders about accounts: opened, renamed, frozen, limited, closed. */
import { customerById } from '../customers/read.ts'
import type { Command } from '../ledger/request.ts'
import { branchById } from '../places/read.ts'
import { requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import type { Asked } from '../request/input.ts'
import { badInput } from '../request/input.ts'
import { type MutationResult, mutate, readBack } from '../request/mutation.ts'
import {
  type AccountInput,
  type OpenAccountInput,
  type RenameAccountInput,
  readAccountChange,
  readOpenAccountInput,
  readRenameAccountInput,
  readSetDailyLimitInput,
  type SetDailyLimitInput,
} from './input.ts'
import { accountById } from './read.ts'

type Resolve<Input> = (_: unknown, args: { input: Input }, context: BankingContext) => Promise<MutationResult>

const change =
  (read: (input: AccountInput) => Asked<Command>): Resolve<AccountInput> =>
  (_, { input }, context) =>
    mutate(context, () => read(input))

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
      if (!customer) throw badInput('token', 'names nobody who is a customer of the bank')
      if (!branch) throw badInput('branch', 'must be the id of a branch')
      return mutate(context, () => readOpenAccountInput(id, input))
    },
    renameAccount: (
      _: unknown,
      { input }: { input: RenameAccountInput },
      context: BankingContext,
    ): Promise<MutationResult> => mutate(context, () => readRenameAccountInput(input)),
    setDailyLimit: (
      _: unknown,
      { input }: { input: SetDailyLimitInput },
      context: BankingContext,
    ): Promise<MutationResult> => mutate(context, () => readSetDailyLimitInput(input)),
    freezeAccount: change((input) => readAccountChange('freezeAccount', input)),
    unfreezeAccount: change((input) => readAccountChange('unfreezeAccount', input)),
    closeAccount: change((input) => readAccountChange('closeAccount', input)),
  },
  AccountResult: {
    __resolveType: ({ accepted }: MutationResult): string => (accepted ? 'AccountAccepted' : 'Refusal'),
  },
  AccountAccepted: {
    account: ({ subject }: { subject: string }, _: unknown, context: BankingContext) =>
      readBack(context, ({ load }) => load(accountById, subject)),
  },
}
