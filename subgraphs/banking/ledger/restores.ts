/** Detects cursors into history that a restore from a backup has undone. */
import { codedError } from '../../../platform/protocol/errors.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { plainArray } from '../database/columns.ts'

/** Whether each sequence was undone, or is after the ledger's last. */
export async function areUndone(database: PrismaClient, sequences: readonly string[]): Promise<readonly boolean[]> {
  const rows = await database.$queryRaw<{ undone: boolean }[]>`/* restores:undone */
    SELECT place.sequence > ledger.last_sequence OR EXISTS (
      SELECT FROM ledger_restores WHERE from_sequence < place.sequence AND to_sequence > place.sequence
    ) AS undone
    FROM unnest(${plainArray(sequences)}::bigint[]) WITH ORDINALITY AS place (sequence, number), ledger
    WHERE ledger.id = 1 ORDER BY place.number`
  return rows.map(({ undone }) => undone)
}

/** @throws BAD_USER_INPUT for a cursor of an undone history */
export async function refuseUndone(isUndone: Promise<boolean>): Promise<void> {
  if (!(await isUndone)) return
  throw codedError(
    'BAD_USER_INPUT',
    '"after" is of a history that was undone when the bank was restored from a backup. Read anew, without it.',
  )
}
