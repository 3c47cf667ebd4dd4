/** Turns arguments about accounts into commands of the ledger, and checks them all. */
import { parseAccountId } from '../ledger/account-number.ts'
import { BANK_CURRENCIES, HOME_CURRENCY } from '../money/currencies.ts'
import { type Asked, badInput, type Keyed, requiredText, unknownIn } from '../request/input.ts'
import type {
  AccountChangeCommand,
  OpenAccountCommand,
  RenameAccountCommand,
  SetDailyLimitCommand,
} from './commands.ts'

export interface OpenAccountInput extends Keyed {
  readonly kind: 'CURRENT' | 'SAVINGS' | 'INTERNAL'
  readonly currency: string
  readonly name: string
  readonly branch: string
}

interface AccountInput extends Keyed {
  readonly accountId: string
}

interface RenameAccountInput extends AccountInput {
  readonly name: string
}

interface SetDailyLimitInput extends AccountInput {
  readonly limit?: bigint | null
}

const MAX_NAME = 70 // characters

/** The branch is known to exist. @throws BAD_USER_INPUT naming the argument */
export function readOpenAccountInput(owner: string, input: OpenAccountInput): Asked<OpenAccountCommand> {
  const { idempotencyKey, kind, currency, name, branch } = input
  if (kind === 'INTERNAL') throw badInput('kind', 'must be CURRENT or SAVINGS')
  if (!BANK_CURRENCIES.includes(currency)) throw badInput('currency', `must be one of ${BANK_CURRENCIES.join(', ')}`)
  return {
    idempotencyKey,
    command: {
      name: 'openAccount',
      owner,
      kind,
      currency,
      label: requiredText('name', name, MAX_NAME),
      floor: 0n,
      productId: productOf(kind, currency),
      branchId: branch,
    },
  }
}

function productOf(kind: 'CURRENT' | 'SAVINGS', currency: string): string {
  if (kind === 'SAVINGS') return 'savings-account'
  return currency === HOME_CURRENCY ? 'current-account' : 'foreign-currency-account'
}

/** @throws BAD_USER_INPUT naming the argument */
export const readRenameAccountInput = ({
  idempotencyKey,
  accountId,
  name,
}: RenameAccountInput): Asked<RenameAccountCommand> => ({
  idempotencyKey,
  command: {
    name: 'renameAccount',
    ...readAccount(accountId),
    label: requiredText('name', name, MAX_NAME),
  },
})

/** @throws BAD_USER_INPUT naming the argument */
export function readSetDailyLimitInput(input: SetDailyLimitInput): Asked<SetDailyLimitCommand> {
  const { idempotencyKey, accountId, limit = null } = input
  if (limit !== null && limit < 0n) throw badInput('limit', 'must be 0 or more')
  return { idempotencyKey, command: { name: 'setDailyLimit', ...readAccount(accountId), limit } }
}

export const readAccountChange =
  <Name extends string>(name: Name) =>
  ({ idempotencyKey, accountId }: AccountInput): Asked<AccountChangeCommand<Name>> => ({
    idempotencyKey,
    command: { name, ...readAccount(accountId) },
  })

function readAccount(given: string) {
  const accountId = parseAccountId(given)
  return { accountId, ...unknownIn([accountId, given]) }
}
