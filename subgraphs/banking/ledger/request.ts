/** What may be asked of the ledger, by whom, under which key. */
import { hash } from 'node:crypto'
import type { FundLiquidityCommand, SetExchangeRateCommand } from '../exchange/rate.ts'
import type { LoanRequest } from '../loans/commands.ts'
import type { ScheduleCommand } from '../schedules/schedule.ts'
import type { WebhookRequest } from '../webhooks/commands.ts'
import type { AccountKind } from './model.ts'

export interface TransferCommand {
  readonly name: 'transfer'
  /** Null, here and below: what can be no account of this bank. */
  readonly from: string | null
  readonly to: string | null
  readonly amount: bigint
  readonly currency: string
  readonly reference: string | null
  readonly merchantId: string | null
  /**
   * What the payer calls it; left out where it is called nothing, so that the command hashes as it
   * did before there were any.
   */
  readonly endToEndId?: string
}

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

export interface HoldFundsCommand extends Omit<TransferCommand, 'name' | 'merchantId'> {
  readonly name: 'holdFunds'
  readonly expiresInSeconds: number
}

/** A transfer between two currencies, as it was quoted. */
export interface ExchangeCommand extends Omit<TransferCommand, 'name' | 'merchantId'> {
  readonly name: 'exchange'
  readonly quoteId: string | null
  /** The bank's accounts that take, give and earn; null where there is no such quote. */
  readonly treasury: { readonly sell: string; readonly buy: string; readonly income: string } | null
}

export type BatchItem = Omit<TransferCommand, 'name' | 'merchantId'>

export interface TransferBatchCommand {
  readonly name: 'transferBatch'
  readonly mode: 'ALL_OR_NOTHING' | 'EACH'
  readonly items: readonly BatchItem[]
}

export interface CaptureHoldCommand {
  readonly name: 'captureHold'
  readonly transferId: string | null
  /** Null: all of it. */
  readonly amount: bigint | null
}

/** What is asked of one transfer. */
export interface TransferChangeCommand<Name extends string> {
  readonly name: Name
  readonly transferId: string | null
}

/** What is asked of one account. */
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

export type Command =
  | TransferCommand
  | ExchangeCommand
  | TransferBatchCommand
  | HoldFundsCommand
  | CaptureHoldCommand
  | TransferChangeCommand<'voidHold'>
  | TransferChangeCommand<'expireHold'>
  | TransferChangeCommand<'reverseTransfer'>
  | OpenAccountCommand
  | RenameAccountCommand
  | AccountChangeCommand<'freezeAccount'>
  | AccountChangeCommand<'unfreezeAccount'>
  | AccountChangeCommand<'closeAccount'>
  | SetDailyLimitCommand
  | LoanRequest
  | ScheduleCommand
  | WebhookRequest
  | SetExchangeRateCommand
  | FundLiquidityCommand

/** Who asks. The bank itself acts under an id that no token can carry. */
export interface Actor {
  readonly id: string
  /** May see and manage every account, but orders nothing from those of others. */
  readonly officer: boolean
}

/** Ids that begin so belong to the bank's own workers; a token with such a subject is refused. */
export const BANK_PREFIX = 'bank:'

/** True for the bank's own workers. */
export const isBank = ({ id }: Actor): boolean => id.startsWith(BANK_PREFIX)

/** The bank acting by itself: the seed, expiry, standing orders. */
export const bankActor = (worker: string): Actor => ({ id: `${BANK_PREFIX}${worker}`, officer: true })

export interface LedgerRequest {
  readonly actor: Actor
  /** Scoped to the actor: 1 to 64 characters. */
  readonly key: string
  readonly requestId: string | null
  readonly command: Command
  /** When the bank's own work was found due, ISO 8601: it runs no earlier. */
  readonly foundDueAt?: string
  /** SHA-256 of the command, hexadecimal: tells a retry from another use of the same key. */
  readonly inputHash: string
}

/** Makes a request; the same command always has the same hash. */
export const ledgerRequest = (request: Omit<LedgerRequest, 'inputHash'>): LedgerRequest => ({
  ...request,
  inputHash: inputHashOf(request.command, INPUT_VERSION),
})

/**
 * Fields that commands gained later, by the version of the input hash that first covers them. Add a
 * field here with the next number: a retry of what was written before it, which does not use it, is
 * then still the same input.
 */
const laterFields: Readonly<Record<string, number>> = {}

/** Of the hashes written now. */
export const INPUT_VERSION = Math.max(1, ...Object.values(laterFields))

/**
 * SHA-256 of a command as a version hashed it, hexadecimal: without the fields that are later than
 * it and null.
 * @param later by field, the version it came with
 */
export function inputHashOf(command: object, version: number, later = laterFields): string {
  const isLater = (name: string): boolean => (later[name] ?? 1) > version
  const text = JSON.stringify(command, (name, value) => {
    if (typeof value === 'bigint') return `${value}`
    return value === null && isLater(name) ? undefined : value
  })
  return hash('sha256', text, 'hex')
}
