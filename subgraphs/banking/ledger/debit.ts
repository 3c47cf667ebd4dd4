/**
 * Checks for every rule that takes money from an account. Changes nothing but the spending of a
 * day.
 */
import { plainDateOf } from '../dates/plain-date.ts'
import { formatMoney } from '../money/amount.ts'
import { availableBalance, type Book, hasRoom } from './book.ts'
import type { Account } from './model.ts'
import { type Refused, refuse } from './refusal.ts'
import { type Actor, isBank } from './request.ts'

/** True for the owner and for officers. */
export const mayUseAccount = (account: Account, actor: Actor): boolean => actor.officer || account.owner === actor.id

/** The account, if the actor may use it: another customer's account looks like a missing one. */
export function usableAccount(book: Book, id: string | null, actor: Actor): Account | undefined {
  const account = id === null ? undefined : book.accounts.get(id)
  return account && mayUseAccount(account, actor) ? account : undefined
}

/** The account, if the actor may take money from it: only its owner may, not an officer. */
export function ownAccount(book: Book, id: string | null, actor: Actor): Account | undefined {
  const account = id === null ? undefined : book.accounts.get(id)
  return account && (account.owner === actor.id || isBank(actor)) ? account : undefined
}

/** A customer's order to move money, at once or later. */
export interface Order {
  /** Null, here and below: no account of this bank. */
  readonly from: string | null
  readonly to: string | null
  readonly amount: bigint
  readonly currency: string
}

/** Both accounts of an order that may be carried out now, or why it may not. */
export function orderOf(
  { from, to, amount, currency }: Order,
  book: Book,
  actor: Actor,
): { readonly debit: Account; readonly credit: Account } | Refused {
  const debit = ownAccount(book, from, actor)
  const credit = to === null ? undefined : book.accounts.get(to)
  if (!debit || !credit) return refuse('ACCOUNT_NOT_FOUND')
  if (debit === credit) return refuse('SAME_ACCOUNT')
  if (debit.currency !== currency || credit.currency !== currency) return refuse('CURRENCY_MISMATCH')
  return refusalOfDebit(book, debit, credit, amount) ?? { debit, credit }
}

/** The spending of the day so far. */
const spentToday = (account: Account, at: string): bigint => (account.spentOn === plainDateOf(at) ? account.spent : 0n)

/** Counts an amount against the daily limit; negative gives it back. */
export function countSpending(account: Account, amount: bigint, at: string): void {
  const spent = spentToday(account, at) + amount
  account.spent = spent < 0n ? 0n : spent
  account.spentOn = plainDateOf(at)
}

/**
 * Why `amount` may not be moved from `debit` to `credit`, including the daily limit; undefined if
 * it may.
 */
export function refusalOfDebit(book: Book, debit: Account, credit: Account, amount: bigint): Refused | undefined {
  return refusalOfMove(debit, credit, amount) ?? refusalByLimit(debit, amount, book.at)
}

/** The same without the daily limit. */
export function refusalOfMove(debit: Account, credit: Account, amount: bigint): Refused | undefined {
  if (debit.status !== 'OPEN' || credit.status !== 'OPEN') return refuse('ACCOUNT_NOT_OPEN')
  if (debit.floor !== null && availableBalance(debit) - amount < debit.floor) return refuse('INSUFFICIENT_FUNDS')
  if (!hasRoom(debit, credit, amount)) return refuse('LIMIT_EXCEEDED', 'An account cannot hold that much.')
  return undefined
}

function refusalByLimit(account: Account, amount: bigint, at: string): Refused | undefined {
  const { dailyLimit, currency } = account
  if (dailyLimit === null) return undefined
  const left = dailyLimit - spentToday(account, at)
  if (amount <= left) return undefined
  const say = (value: bigint): string => formatMoney({ amount: value, currency }, 'en')
  return refuse(
    'LIMIT_EXCEEDED',
    `The daily limit is ${say(dailyLimit)}, of which ${say(left < 0n ? 0n : left)} is left today.`,
  )
}
