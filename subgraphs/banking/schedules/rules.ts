/**
 * The rules of schedules. A run is decided like the customer's own order at that moment. A refusal
 * is recorded, and the schedule goes on.
 */
import { plainDateOf } from '../dates/plain-date.ts'
import { type Book, postTransfer, rowsOf, saveRow } from '../ledger/book.ts'
import { want } from '../ledger/collection.ts'
import { countSpending, orderOf, ownAccount } from '../ledger/debit.ts'
import type { LedgerPart, Needs, Rule } from '../ledger/part.ts'
import { accept, isRefused, notYet, type Refused, refuse } from '../ledger/refusal.ts'
import { type Actor, isBank } from '../ledger/request.ts'
import type {
  CancelScheduleCommand,
  ChangeScheduleCommand,
  RunScheduleCommand,
  ScheduleTransferCommand,
} from './commands.ts'
import { nextDay, type SkippedDays, skippedDays } from './recurrence.ts'
import type { Schedule, ScheduleRun } from './schedule.ts'
import { scheduleRuns, schedules } from './store.ts'

const needsOfSchedule = ({ scheduleId }: { readonly scheduleId: string | null }): Needs => ({
  rows: [want(schedules, [scheduleId])],
})

const scheduleTransfer: Rule<ScheduleTransferCommand> = {
  needs: ({ from, to }) => ({ accounts: [from, to] }),
  evaluate(command, book, actor) {
    const { scheduleId, amount, currency, reference, frequency, firstOn, until } = command
    const debit = ownAccount(book, command.from, actor)
    const credit = command.to === null ? undefined : book.accounts.get(command.to)
    if (!debit || !credit) return refuse('ACCOUNT_NOT_FOUND')
    if (debit === credit) return refuse('SAME_ACCOUNT')
    if (debit.currency !== currency || credit.currency !== currency) return refuse('CURRENCY_MISMATCH')
    if (debit.status === 'CLOSED' || credit.status === 'CLOSED') return refuse('ACCOUNT_NOT_OPEN')
    if (firstOn < plainDateOf(book.at)) return refuse('DATE_IN_PAST')
    saveRow(book, schedules, scheduleId, {
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
    if (isRefused(schedule)) return schedule
    if (until !== null && (until < plainDateOf(book.at) || until < schedule.firstOn)) return refuse('DATE_IN_PAST')
    Object.assign(schedule, { amount, reference, until })
    if (until !== null && schedule.nextOn !== null && schedule.nextOn > until) schedule.nextOn = null
    saveRow(book, schedules, schedule.id, schedule)
    return accept(schedule.id)
  },
}

const cancelSchedule: Rule<CancelScheduleCommand> = {
  needs: needsOfSchedule,
  evaluate({ scheduleId }, book, actor) {
    const schedule = liveSchedule(book, scheduleId, actor)
    if (isRefused(schedule)) return schedule
    schedule.nextOn = null
    schedule.cancelled = true
    saveRow(book, schedules, schedule.id, schedule)
    return accept(schedule.id)
  },
}

const runSchedule: Rule<RunScheduleCommand> = {
  needs: ({ scheduleId, from, to }) => ({ accounts: [from, to], rows: [want(schedules, [scheduleId])] }),
  evaluate({ scheduleId, dueOn }, book, actor) {
    const schedule = liveSchedule(book, scheduleId, actor)
    if (isRefused(schedule)) return schedule
    // Another instance has changed or run it meanwhile, or it is not due yet.
    if (schedule.nextOn !== dueOn || dueOn > plainDateOf(book.at)) return notYet('SCHEDULE_NOT_DUE')
    const missed = skippedDays(schedule, dueOn, plainDateOf(book.at))
    if (missed) return skip(book, schedule, dueOn, missed)
    const { amount, reference, customer } = schedule
    const order = orderOf(schedule, book, { id: customer, officer: false })
    if (isRefused(order)) saveRun(book, { scheduleId, dueOn, transferId: null, refusal: order })
    else {
      countSpending(order.debit, amount, book.at)
      const { id } = postTransfer(book, { kind: 'SCHEDULED', ...order, amount, reference })
      saveRun(book, { scheduleId, dueOn, transferId: id, refusal: null })
    }
    schedule.nextOn = nextDay(schedule, dueOn)
    saveRow(book, schedules, schedule.id, schedule)
    return accept(schedule.id)
  },
}

/** Records all days that are not caught up in one row. */
function skip(book: Book, schedule: Schedule, dueOn: string, { days, last, next }: SkippedDays) {
  const message = `${days} days from ${dueOn} to ${last} were missed too long ago to be caught up.`
  schedule.nextOn = next
  saveRow(book, schedules, schedule.id, schedule)
  const refusal = refuse('SCHEDULE_DAYS_SKIPPED', message)
  saveRun(book, { scheduleId: schedule.id, dueOn, transferId: null, refusal })
  return accept(schedule.id, { skipped: days })
}

const saveRun = (book: Book, run: Omit<ScheduleRun, 'at'>): void =>
  saveRow(book, scheduleRuns, `${run.scheduleId} ${run.dueOn}`, { ...run, at: book.at })

/** The schedule, if the actor may use it and it has not ended. */
function liveSchedule(book: Book, id: string | null, actor: Actor): Schedule | Refused {
  const schedule = id === null ? undefined : rowsOf(book, schedules).get(id)
  if (!schedule || !(schedule.customer === actor.id || isBank(actor))) return refuse('SCHEDULE_NOT_FOUND')
  return schedule.nextOn === null ? refuse('SCHEDULE_ENDED') : schedule
}

export const schedulesPart = {
  rules: { scheduleTransfer, changeSchedule, cancelSchedule, runSchedule },
  collections: [schedules, scheduleRuns],
} satisfies LedgerPart
