/**
 * The subscription to the activity of accounts: every event once, in order, from any cursor, across
 * restarts and instances.
 */
import { z } from 'zod'
import { timerDelay } from '../../../platform/data/timer-delay.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import { decodeCursor, encodeCursor } from '../../shared/pagination.ts'
import { type AccountRow, accountById, readAccountPages } from '../accounts/read.ts'
import { visibleAccount } from '../accounts/resolvers.ts'
import { refuseUndone } from '../ledger/restores.ts'
import type { Money } from '../money/amount.ts'
import { requireScope } from '../request/access.ts'
import { type BankingContext, forgetReads } from '../request/context.ts'
import { sequencePart } from '../request/cursor-parts.ts'
import { transferById } from '../transfers/read.ts'
import { abortable } from './abortable.ts'
import { type EventRow, lastSequence, readActivity } from './read.ts'
import type { Tail } from './tail.ts'

interface ActivityArguments {
  readonly accountId?: string | null
  readonly after?: string | null
}

type AccountEvent = EventRow & { readonly account: AccountRow }

const LIST = 'activity'
const position = z.tuple([sequencePart])
const cursorOf = (sequence: bigint): string => encodeCursor(LIST, [sequence.toString()])
const activityCursor = async (_: unknown, _arguments: unknown, { database }: BankingContext): Promise<string> =>
  cursorOf(await lastSequence(database))
const PAGE = 200 // events
const MOST_ACCOUNTS = 100

export const eventResolvers = (tail: Tail) => ({
  Subscription: {
    accountActivity: {
      async subscribe(_: unknown, { accountId, after }: ActivityArguments, context: BankingContext) {
        const accounts = await followable(accountId, context)
        const [from] = decodeCursor(LIST, position, after) ?? []
        await refuseUndone(context.load, { after: from })
        const start = from === undefined ? await lastSequence(context.database) : BigInt(from)
        return abortable((ended) => followed(tail, activity(accounts, start, { context, tail, ended })))
      },
      resolve: (event: AccountEvent): AccountEvent => event,
    },
  },
  Account: { activityCursor },
  Customer: { activityCursor },
  AccountEvent: {
    cursor: ({ sequence }: AccountEvent): string => cursorOf(sequence),
    amount: ({ amount, account }: AccountEvent): Money => ({ amount, currency: account.currency }),
    account: ({ account }: AccountEvent, _: unknown, { load }: BankingContext) => load(accountById, account.id),
    transfer: ({ transferId }: AccountEvent, _: unknown, { load }: BankingContext) => load(transferById, transferId),
  },
})

async function followable(id: string | null | undefined, context: BankingContext): Promise<readonly AccountRow[]> {
  if (id === undefined || id === null) {
    const { id: owner } = requireScope(context.caller, 'banking:read')
    return context.load(readAccountPages, { owner, limit: MOST_ACCOUNTS })
  }
  const account = await visibleAccount(id, context)
  if (!account) throw codedError('BAD_USER_INPUT', 'There is no such account.')
  return [account]
}

async function* followed<Item>(tail: Tail, items: AsyncGenerator<Item, void, undefined>) {
  const unfollow = tail.follow()
  try {
    yield* items
  } finally {
    unfollow()
  }
}

/** Ends when the caller disconnects, and with an error when the caller's token expires. */
async function* activity(
  accounts: readonly AccountRow[],
  start: bigint,
  { context, tail, ended }: { readonly context: BankingContext; readonly tail: Tail; readonly ended: AbortSignal },
): AsyncGenerator<AccountEvent, void, undefined> {
  const { trustedUntil } = requireScope(context.caller, 'banking:read')
  const signal = AbortSignal.any([ended, AbortSignal.timeout(timerDelay(trustedUntil - Date.now()))])
  const byId = new Map(accounts.map((account) => [account.id, account]))
  const ids = [...byId.keys()]
  let last = start
  while (!signal.aborted) {
    // Before the read, so that no change during the read is missed.
    const change = tail.change(ids, signal)
    const events = await readActivity(context.database, ids, last, PAGE)
    if (events.length > 0) {
      // A restore during the subscription has undone the last event.
      forgetReads(context)
      await refuseUndone(context.load, { after: `${last}` })
    }
    for (const event of events) {
      forgetReads(context)
      last = event.sequence
      const account = byId.get(event.debit) ?? byId.get(event.credit)
      if (account) yield { ...event, account }
    }
    if (events.length === 0) await change
  }
  if (!ended.aborted) throw codedError('UNAUTHENTICATED', 'The token has expired.')
}
