/** Scheduled and standing transfers as their owners see them. */
import { z } from 'zod'
import type { Customer, ScheduleRun as RunRow } from '../../../prisma/generated/client.ts'
import { type PageArguments, pagesOf } from '../../shared/pagination.ts'
import { accountById } from '../accounts/read.ts'
import { plainDateOf } from '../dates/plain-date.ts'
import type { Money } from '../money/amount.ts'
import { mayUse, requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { datePart, instantPart } from '../request/cursor-parts.ts'
import { derivedId, parseDerivedId } from '../request/derived-id.ts'
import { amountToMove, badInput, type Keyed, optionalText, unknownIn } from '../request/input.ts'
import { asking, mutate, readBack, resultOf } from '../request/mutation.ts'
import { MAX_REFERENCE, readOrder, type TransferInput } from '../transfers/input.ts'
import { partyOfAccount } from '../transfers/party.ts'
import { transferById } from '../transfers/read.ts'
import type { Frequency } from './recurrence.ts'
import type { Schedule } from './schedule.ts'
import { readRunPage, readSchedulePage, scheduleById } from './store.ts'

interface ScheduleTransferInput extends Omit<TransferInput, 'quoteId'> {
  readonly frequency: Frequency
  readonly firstOn: string
  readonly until?: string | null
}

interface ChangeScheduleInput extends Keyed {
  readonly scheduleId: string
  readonly amount: bigint
  readonly reference?: string | null
  readonly until?: string | null
}

interface CancelScheduleInput extends Keyed {
  readonly scheduleId: string
}

const schedulePage = pagesOf('schedules', z.tuple([instantPart, z.uuid()]), ({ createdAt, id }: Schedule) => [
  createdAt,
  id,
])
const runPage = pagesOf('scheduleRuns', z.tuple([datePart]), ({ dueOn }: RunRow) => [plainDateOf(dueOn)])

async function visibleSchedule(id: string, { caller, load }: BankingContext): Promise<Schedule | null> {
  const reader = requireScope(caller, 'banking:read')
  const known = parseDerivedId(id)
  const schedule = known === null ? null : await load(scheduleById, known)
  return schedule && mayUse(reader, schedule.customer) ? schedule : null
}

function readScheduleId({ scheduleId: given }: CancelScheduleInput) {
  const scheduleId = parseDerivedId(given)
  return { scheduleId, ...unknownIn([scheduleId, given]) }
}

function stateOf({ cancelled, nextOn }: Schedule): 'ACTIVE' | 'CANCELLED' | 'ENDED' {
  if (cancelled) return 'CANCELLED'
  return nextOn === null ? 'ENDED' : 'ACTIVE'
}

export const scheduleResolvers = {
  Query: {
    schedule: (_: unknown, { id }: { id: string }, context: BankingContext) => visibleSchedule(id, context),
  },
  Mutation: {
    scheduleTransfer(_: unknown, { input }: { input: ScheduleTransferInput }, context: BankingContext) {
      const { id } = requireScope(context.caller, 'banking:write')
      const { idempotencyKey, frequency, firstOn, until = null } = input
      if (until !== null && until < firstOn) throw badInput('until', 'must not be before "firstOn"')
      return mutate(context, () => ({
        idempotencyKey,
        command: {
          name: 'scheduleTransfer',
          scheduleId: derivedId('schedule', id, idempotencyKey),
          ...readOrder(input),
          frequency,
          firstOn,
          until,
        },
      }))
    },
    changeSchedule: asking((input: ChangeScheduleInput) => ({
      idempotencyKey: input.idempotencyKey,
      command: {
        name: 'changeSchedule',
        ...readScheduleId(input),
        amount: amountToMove(input.amount),
        reference: optionalText('reference', input.reference, MAX_REFERENCE),
        until: input.until ?? null,
      },
    })),
    cancelSchedule: asking((input: CancelScheduleInput) => ({
      idempotencyKey: input.idempotencyKey,
      command: { name: 'cancelSchedule', ...readScheduleId(input) },
    })),
  },
  ScheduleResult: resultOf('ScheduleAccepted'),
  ScheduleAccepted: {
    schedule: ({ subject }: { subject: string }, _: unknown, context: BankingContext) =>
      readBack(context, ({ load }) => load(scheduleById, subject)),
  },
  Customer: {
    schedules: ({ id }: Customer, page: PageArguments, { database }: BankingContext) =>
      schedulePage(page, (range) => readSchedulePage(database, id, range)),
  },
  Schedule: {
    __resolveReference: ({ id }: { id: string }, context: BankingContext) => visibleSchedule(id, context),
    state: stateOf,
    from: ({ from }: Schedule, _: unknown, { load }: BankingContext) => load(accountById, from),
    to: ({ to }: Schedule, _: unknown, context: BankingContext) => partyOfAccount(to, context),
    amount: ({ amount, currency }: Schedule): Money => ({ amount, currency }),
    runs: ({ id }: Schedule, page: PageArguments, { database }: BankingContext) =>
      runPage(page, (range) => readRunPage(database, id, range)),
  },
  ScheduleRun: {
    dueOn: ({ dueOn }: RunRow): string => plainDateOf(dueOn),
    transfer: ({ transferId }: RunRow, _: unknown, { load }: BankingContext) =>
      transferId === null ? null : load(transferById, transferId.toString()),
    code: ({ refusal }: RunRow): string | null => refusal,
  },
}
