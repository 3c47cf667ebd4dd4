/**
 * Runs due schedules, the oldest day first. The latest of the days missed during an outage are
 * caught up one by one.
 */
import type { Logger } from '../../../platform/process/log.ts'
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { Answer } from '../ledger/evaluate.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { LEDGER_NOW } from '../ledger/now.ts'
import { bankActor, ledgerRequest } from '../ledger/request.ts'

interface Due {
  readonly id: string
  readonly dueOn: string
  readonly from: string
  readonly to: string
  readonly now: Date
}

const AT_ONCE = 200 // schedules
const actor = bankActor('schedules')

export const dueSchedulesQuery = (limit: number): Prisma.Sql => Prisma.sql`/* schedules:due */
  SELECT id::text, next_on::text AS "dueOn", from_account_id::text AS "from", to_account_id::text AS "to", now
  FROM (SELECT ${LEDGER_NOW} AS now) AS clock, schedules
  WHERE next_on <= (now AT TIME ZONE 'UTC')::date
  ORDER BY next_on, schedules.id LIMIT ${limit}`

/**
 * Resolves to true if more may be due. Each day of a schedule has its own key, so it runs once,
 * whichever instance is first.
 */
export async function runDueSchedules(database: PrismaClient, ledger: Ledger, log: Logger): Promise<boolean> {
  const due = await database.$queryRaw<Due[]>(dueSchedulesQuery(AT_ONCE))
  const answers = await Promise.all(
    due.map(({ id, dueOn, from, to, now }) =>
      ledger.submit(
        ledgerRequest({
          actor,
          key: `${id} ${dueOn}`,
          requestId: null,
          command: { name: 'runSchedule', scheduleId: id, dueOn, from, to },
          foundDueAt: now.toISOString(),
        }),
      ),
    ),
  )
  const skipped = answers.reduce((sum, answer) => sum + skippedBy(answer), 0)
  if (skipped > 0) log.warn({ days: skipped }, 'days of schedules were missed too long ago to be caught up')
  // Without progress the next round would find the same days at once.
  return answers.some(({ outcome, replayed }) => outcome.accepted && !replayed)
}

function skippedBy({ outcome, replayed }: Answer): number {
  const details = outcome.accepted && !replayed ? (outcome.details as { readonly skipped?: number } | null) : null
  return details?.skipped ?? 0
}
