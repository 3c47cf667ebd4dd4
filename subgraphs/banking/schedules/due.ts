/** Runs what is due, the oldest day first; days missed while nothing was up are caught up one by one. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { bankActor, ledgerRequest } from '../ledger/request.ts'

interface Due {
  readonly id: string
  readonly dueOn: string
  readonly from: string
  readonly to: string
}

const AT_ONCE = 200
const actor = bankActor('schedules')

export const dueSchedulesQuery = (limit: number): Prisma.Sql => Prisma.sql`/* schedules:due */
  SELECT id::text, next_on::text AS "dueOn", from_account_id::text AS "from", to_account_id::text AS "to"
  FROM schedules WHERE next_on <= (clock_timestamp() AT TIME ZONE 'UTC')::date
  ORDER BY next_on, schedules.id LIMIT ${limit}`

/** Resolves to true where more may be due. Each day of a schedule has its own key, so it is run once, whoever comes first. */
export async function runDueSchedules(database: PrismaClient, ledger: Ledger): Promise<boolean> {
  const due = await database.$queryRaw<Due[]>(dueSchedulesQuery(AT_ONCE))
  await Promise.all(
    due.map(({ id, dueOn, from, to }) =>
      ledger.submit(
        ledgerRequest({
          actor,
          key: `${id} ${dueOn}`,
          requestId: null,
          command: { name: 'runSchedule', scheduleId: id, dueOn, from, to },
        }),
      ),
    ),
  )
  return due.length > 0
}
