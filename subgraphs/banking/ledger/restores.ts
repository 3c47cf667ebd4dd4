/** Detects cursors into history that a restore from a backup has undone. */
import { codedError } from '../../../platform/protocol/errors.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { plainArray } from '../database/columns.ts'

/** Whether each sequence was undone, or is after the ledger's last. */
async function areUndone(database: PrismaClient, sequences: readonly string[]): Promise<readonly boolean[]> {
  const rows = await database.$queryRaw<{ undone: boolean }[]>`/* restores:undone */
    SELECT place.sequence > ledger.last_sequence OR EXISTS (
      SELECT FROM ledger_restores WHERE from_sequence < place.sequence AND to_sequence > place.sequence
    ) AS undone
    FROM unnest(${plainArray(sequences)}::bigint[]) WITH ORDINALITY AS place (sequence, number), ledger
    WHERE ledger.id = 1 ORDER BY place.number`
  return rows.map(({ undone }) => undone)
}

/**
 * @param load asks for several at once
 * @param places sequences by the argument that they came in
 * @throws BAD_USER_INPUT for a cursor of an undone history
 */
export async function refuseUndone(
  load: (read: typeof areUndone, sequence: string) => Promise<boolean>,
  places: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const given = Object.entries(places).flatMap(([name, place]) => (place === undefined ? [] : [{ name, place }]))
  const undone = await Promise.all(given.map(({ place }) => load(areUndone, place)))
  const name = given[undone.indexOf(true)]?.name
  if (name === undefined) return
  throw codedError(
    'BAD_USER_INPUT',
    `"${name}" is of a history that was undone when the bank was restored from a backup. Read anew, without it.`,
  )
}
