/**
 * What schedules may do. A run is decided as the customer's own order would be, at that moment; a
 * refusal is written down and the next day comes.
 */
import { type Book, postTransfer } from '../ledger/book.ts'
import { countSpending, orderOf, ownAccount } from '../ledger/debit.ts'
import { accept, notYet, type Refused, refuse } from '../ledger/refusal.ts'
import { type Actor, isBank } from '../ledger/request.ts'
import type { Needs, Rule } from '../ledger/rule.ts'
import { nextDay, type SkippedDays, skippedDays } from './recurrence.ts'
import type {
  CancelScheduleCommand,
  ChangeScheduleCommand,
  RunScheduleCommand,
  Schedule,
  ScheduleTransferCommand,
} from './schedule.ts'

const needsOfSchedule = ({ scheduleId }: { readonly scheduleId: string | null }): Needs => ({
  accounts: [],
  transfers: [],
  schedules: scheduleId === null ? [] : [scheduleId],
})

const today = (book: Book): string => book.at.slice(0, 10)

const scheduleTransfer: Rule<ScheduleTransferCommand> = {
  needs: ({ from, to }) => ({ accounts: [from, to].filter((id) => id !== null), transfers: [] }),
  evaluate(command, book, actor) {
    const { scheduleId, amount, currency, reference, frequency, firstOn, until } = command
    const debit = ownAccount(book, command.from, actor)
    const credit = command.to === null ? undefined : book.accounts.get(command.to)
    if (!debit || !credit) return refuse('ACCOUNT_NOT_FOUND')
    if (debit === credit) return refuse('SAME_ACCOUNT')
    if (debit.currency !== currency || credit.currency !== currency) return refuse('CURRENCY_MISMATCH')
    if (debit.status === 'CLOSED' || credit.status === 'CLOSED') return refuse('ACCOUNT_NOT_OPEN')
    if (firstOn < today(book)) return refuse('DATE_IN_PAST')
    book.effects.schedules.set(scheduleId, {
      id: scheduleId,
      customer: debit.owner ?? actor.id,
      from: debit.id,
      to: credit.id,
      amount,
      currency,
      reference,
      frequency,
      firstOn,
      until,
      nextOn: firstOn,
      cancelled: false,
      createdAt: book.at,
    })
    return accept(scheduleId)
  },
}

const changeSchedule: Rule<ChangeScheduleCommand> = {
  needs: needsOfSchedule,
  evaluate({ scheduleId, amount, reference, until }, book, actor) {
    const schedule = liveSchedule(book, scheduleId, actor)
    if ('code' in schedule) return schedule
    if (until !== null && (until < today(book) || until < schedule.firstOn)) return refuse('DATE_IN_PAST')
    Object.assign(schedule, { amount, reference, until })
    if (until !== null && schedule.nextOn !== null && schedule.nextOn > until) schedule.nextOn = null
    book.effects.schedules.set(schedule.id, schedule)
    return accept(schedule.id)
  },
}

const cancelSchedule: Rule<CancelScheduleCommand> = {
  needs: needsOfSchedule,
  evaluate({ scheduleId }, book, actor) {
    const schedule = liveSchedule(book, scheduleId, actor)
    if ('code' in schedule) return schedule
    schedule.nextOn = null
    schedule.cancelled = true
    book.effects.schedules.set(schedule.id, schedule)
    return accept(schedule.id)
  },
}

const runSchedule: Rule<RunScheduleCommand> = {
  needs: ({ scheduleId, from, to }) => ({ accounts: [from, to], transfers: [], schedules: [scheduleId] }),
  evaluate({ scheduleId, dueOn }, book, actor) {
    const schedule = liveSchedule(book, scheduleId, actor)
    if ('code' in schedule) return schedule
    // Changed or run meanwhile by another instance, or not yet due: nothing is to be done now.
    if (schedule.nextOn !== dueOn || dueOn > today(book)) return notYet('SCHEDULE_NOT_DUE')
    const missed = skippedDays(schedule, dueOn, today(book))
    if (missed) return skip(book, schedule, dueOn, missed)
    const { amount, reference, customer } = schedule
    const order = orderOf(schedule, book, { id: customer, officer: false })
    const refusal = 'refusal' in order ? order.refusal : null
    const transferId = 'refusal' in order ? null : post(book, order, amount, reference)
    schedule.nextOn = nextDay(schedule, dueOn)
    book.effects.schedules.set(schedule.id, schedule)
    book.effects.scheduleRuns.push({ scheduleId, dueOn, transferId, refusal, at: book.at })
    return accept(schedule.id)
  },
}

/** One row of the schedule's days tells of all that are not caught up. */
function skip(book: Book, schedule: Schedule, dueOn: string, { days, last, next }: SkippedDays) {
  const message = `${days} days from ${dueOn} to ${last} were missed too long ago to be caught up.`
  schedule.nextOn = next
  book.effects.schedules.set(schedule.id, schedule)
  const refusal = refuse('SCHEDULE_DAYS_SKIPPED', message)
  book.effects.scheduleRuns.push({ scheduleId: schedule.id, dueOn, transferId: null, refusal, at: book.at })
  return accept(schedule.id, { skipped: days })
}

function post(
  book: Book,
  accounts: Exclude<ReturnType<typeof orderOf>, { refusal: Refused }>,
  amount: bigint,
  reference: string | null,
): string {
  countSpending(accounts.debit, amount, book.at)
  return postTransfer(book, { kind: 'SCHEDULED', ...accounts, amount, reference }).id
}

/** The schedule, if the actor may use it and it may still be made. */
function liveSchedule(book: Book, id: string | null, actor: Actor): Schedule | Refused {
  const schedule = id === null ? undefined : (book.effects.schedules.get(id) ?? book.schedules.get(id))
  if (!schedule || !(schedule.customer === actor.id || isBank(actor))) return refuse('SCHEDULE_NOT_FOUND')
  return schedule.nextOn === null ? refuse('SCHEDULE_ENDED') : schedule
}

export const scheduleRules = { scheduleTransfer, changeSchedule, cancelSchedule, runSchedule }
