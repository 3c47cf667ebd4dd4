/** Schedules in the database. Decides nothing. */
import type {
  Prisma,
  PrismaClient,
  ScheduleRun as RunRow,
  Schedule as ScheduleRow,
} from '../../../prisma/generated/client.ts'
import type { Range } from '../../shared/pagination.ts'
import { plainDateOf } from '../dates/plain-date.ts'
import type { Collection } from '../ledger/collection.ts'
import { byId } from '../request/load.ts'
import type { Schedule, ScheduleRun } from './schedule.ts'

type Reader = Pick<Prisma.TransactionClient, 'schedule'>

function scheduleOf(row: ScheduleRow): Schedule {
  const { id, customerId, fromAccountId, toAccountId, amount, currency, reference, frequency, cancelled } = row
  return {
    id,
    customer: customerId,
    from: fromAccountId.toString(),
    to: toAccountId.toString(),
    amount,
    currency,
    reference,
    frequency,
    firstOn: plainDateOf(row.firstOn),
    until: row.until && plainDateOf(row.until),
    nextOn: row.nextOn && plainDateOf(row.nextOn),
    cancelled,
    createdAt: row.createdAt.toISOString(),
  }
}

/** The schedules that exist among `ids`. */
async function loadSchedules(database: Reader, ids: readonly string[]): Promise<Map<string, Schedule>> {
  const rows = await database.schedule.findMany({ where: { id: { in: [...ids] } } })
  return new Map(rows.map((row) => [row.id, scheduleOf(row)]))
}

/** By id, a UUID. */
export const scheduleById = byId(async (database, ids) => [...(await loadSchedules(database, ids)).values()])

async function saveSchedules(transaction: Prisma.TransactionClient, changed: readonly Schedule[]): Promise<void> {
  for (const schedule of changed) {
    const changing = {
      amount: schedule.amount,
      reference: schedule.reference,
      until: dateOrNull(schedule.until),
      nextOn: dateOrNull(schedule.nextOn),
      cancelled: schedule.cancelled,
    }
    await transaction.schedule.upsert({
      where: { id: schedule.id },
      update: changing,
      create: {
        ...changing,
        id: schedule.id,
        customerId: schedule.customer,
        fromAccountId: BigInt(schedule.from),
        toAccountId: BigInt(schedule.to),
        currency: schedule.currency,
        frequency: schedule.frequency,
        firstOn: new Date(schedule.firstOn),
        createdAt: schedule.createdAt,
      },
    })
  }
}

async function saveRuns(transaction: Prisma.TransactionClient, runs: readonly ScheduleRun[]): Promise<void> {
  await transaction.scheduleRun.createMany({
    data: runs.map(({ scheduleId, dueOn, transferId, refusal, at }) => ({
      scheduleId,
      dueOn: new Date(dueOn),
      transferId: transferId === null ? null : BigInt(transferId),
      refusal: refusal?.code ?? null,
      message: refusal?.message ?? null,
      at,
    })),
  })
}

export const schedules: Collection<Schedule> = { load: loadSchedules, save: saveSchedules }

/** The outcomes of their days. */
export const scheduleRuns: Collection<ScheduleRun> = { save: saveRuns }

const dateOrNull = (date: string | null): Date | null => (date === null ? null : new Date(date))

/** A schedule's place in its owner's list. */
type Place = readonly [createdAt: string, id: string]

/** A customer's schedules, the newest first. */
export async function readSchedulePage(
  database: PrismaClient,
  customer: string,
  { limit, after, before, backwards }: Range<Place>,
): Promise<Schedule[]> {
  const beyond = ([createdAt, id]: Place, side: 'lt' | 'gt'): Prisma.ScheduleWhereInput => ({
    OR: [{ createdAt: { [side]: createdAt } }, { createdAt, id: { [side]: id } }],
  })
  const order = backwards ? 'asc' : 'desc'
  const rows = await database.schedule.findMany({
    where: {
      customerId: customer,
      AND: [...(after ? [beyond(after, 'lt')] : []), ...(before ? [beyond(before, 'gt')] : [])],
    },
    orderBy: [{ createdAt: order }, { id: order }],
    take: limit,
  })
  return rows.map(scheduleOf)
}

/** The outcomes of a schedule's days, the latest first. */
export const readRunPage = (
  database: PrismaClient,
  scheduleId: string,
  { limit, after, before, backwards }: Range<readonly [dueOn: string]>,
): Promise<RunRow[]> =>
  database.scheduleRun.findMany({
    where: {
      scheduleId,
      dueOn: { ...(after && { lt: new Date(after[0]) }), ...(before && { gt: new Date(before[0]) }) },
    },
    orderBy: { dueOn: backwards ? 'asc' : 'desc' },
    take: limit,
  })
