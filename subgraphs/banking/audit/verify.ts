/** Walks the audit chain from its start and finds the first thing that is not as it was written: changed, missing, or out of order. */
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { auditLine, chainHash } from '../ledger/audit-chain.ts'
import type { Operation } from '../ledger/evaluate.ts'
import { accept, type RefusalCode, refuse } from '../ledger/refusal.ts'

export type Verdict =
  | { readonly sound: true; readonly operations: bigint; readonly batches: bigint }
  | { readonly sound: false; readonly problem: string }

/** The end of the ledger, and what the tables say that it should be: all of one moment. */
interface HeadRow {
  readonly lastOperation: bigint
  readonly lastBatch: bigint
  readonly lastSequence: bigint
  readonly lastAccount: bigint
  readonly lastAt: Date
  readonly lastHash: Uint8Array
  /** Null while there are none. */
  readonly newestEvent: bigint | null
  readonly newestAccount: bigint | null
}

interface BatchRow {
  readonly number: bigint
  readonly firstOperation: bigint
  readonly lastOperation: bigint
  readonly at: Date
  readonly hash: Uint8Array
}

interface OperationRow {
  readonly number: bigint
  readonly actor: string
  readonly key: string
  readonly name: string
  readonly inputHash: string
  readonly refusal: string | null
  readonly message: string | null
  readonly subject: string | null
  readonly details: string | null
  readonly requestId: string | null
  readonly at: Date
}

const BATCHES_AT_ONCE = 200
const GENESIS = Buffer.alloc(32)

/** Reads in slices, so that a log of any length takes the same memory. Later batches may be written meanwhile. */
export async function verifyAudit(database: PrismaClient): Promise<Verdict> {
  const [head] = await readHead(database)
  if (!head) return broken('the ledger has no head')
  let batch = 0n
  let operation = 0n
  let hash: Uint8Array = GENESIS
  let at: Date | undefined
  while (batch < head.lastBatch) {
    const batches = await readBatches(database, batch, head.lastBatch)
    const operations = await readOperations(database, operation, batches.at(-1)?.lastOperation ?? operation)
    const [astray] = await readAstray(database, batch, batches.at(-1)?.number ?? batch, head)
    if (astray) return broken(`the events of batch ${astray.number} are not where it says`)
    let read = 0
    for (const row of batches) {
      if (row.number !== batch + 1n) return broken(`batch ${batch + 1n} is missing`)
      if (row.firstOperation !== operation + 1n)
        return broken(`batch ${row.number} does not follow operation ${operation}`)
      const lines: string[] = []
      for (; operation < row.lastOperation; operation += 1n, read += 1) {
        const found = operations[read]
        if (found?.number !== operation + 1n) return broken(`operation ${operation + 1n} is missing`)
        if (!isWhole(found) || found.at.getTime() !== row.at.getTime())
          return broken(`operation ${found.number} is not as it was written`)
        lines.push(auditLine(operationOf(found)))
      }
      hash = chainHash(hash, lines)
      if (Buffer.compare(hash, row.hash) !== 0)
        return broken(
          `batch ${row.number} (operations ${row.firstOperation} to ${row.lastOperation}) is not as it was written`,
        )
      batch = row.number
      at = row.at
    }
    if (batches.length === 0) return broken(`batch ${batch + 1n} is missing`)
  }
  if (operation !== head.lastOperation)
    return broken(`the log ends at operation ${operation}, not at ${head.lastOperation}`)
  if (Buffer.compare(hash, head.lastHash) !== 0)
    return broken('the end of the chain is not the one the ledger remembers')
  if (at && at.getTime() !== head.lastAt.getTime()) return broken('the ledger does not end when its last batch did')
  if ((head.newestEvent ?? 0n) !== head.lastSequence) return broken('the ledger does not end with its newest event')
  if ((head.newestAccount ?? head.lastAccount) !== head.lastAccount)
    return broken('the number of the last account is not the newest account’s')
  return { sound: true, operations: operation, batches: batch }
}

const broken = (problem: string): Verdict => ({ sound: false, problem })

const readHead = (database: PrismaClient): Promise<HeadRow[]> =>
  database.$queryRaw<HeadRow[]>`/* audit:head */
    SELECT last_operation AS "lastOperation", last_batch AS "lastBatch", last_sequence AS "lastSequence",
      last_account AS "lastAccount", last_at AS "lastAt", last_hash AS "lastHash",
      (SELECT max(sequence) FROM outbox) AS "newestEvent", (SELECT max(id) FROM accounts) AS "newestAccount"
    FROM ledger WHERE id = 1`

/** The first batch whose events begin or end elsewhere than it says: they share its instant, and follow those of the batch before. */
const readAstray = (
  database: PrismaClient,
  after: bigint,
  upTo: bigint,
  { lastBatch, lastSequence }: HeadRow,
): Promise<{ number: bigint }[]> =>
  database.$queryRaw<{ number: bigint }[]>`/* audit:events */
    SELECT b.number FROM batches b CROSS JOIN LATERAL (
      SELECT COALESCE((SELECT n.first_sequence FROM batches n WHERE n.number = b.number + 1 AND n.number <= ${lastBatch}),
        ${lastSequence}::bigint + 1) AS next
    ) following
    WHERE b.number > ${after} AND b.number <= ${upTo} AND (
      b.first_sequence > following.next OR (b.number = 1 AND b.first_sequence <> 1)
      OR EXISTS (SELECT FROM outbox o WHERE o.sequence >= b.first_sequence AND o.sequence < following.next AND o.at <> b.at)
    ) ORDER BY b.number LIMIT 1`

const readBatches = (database: PrismaClient, after: bigint, last: bigint): Promise<BatchRow[]> =>
  database.$queryRaw<BatchRow[]>`/* audit:batches */
    SELECT number, first_operation AS "firstOperation", last_operation AS "lastOperation", at, hash FROM batches
    WHERE number > ${after} AND number <= ${last} ORDER BY number LIMIT ${BATCHES_AT_ONCE}`

/** `details` as text: what was hashed is the JSON as it was written. */
const readOperations = (database: PrismaClient, after: bigint, last: bigint): Promise<OperationRow[]> =>
  database.$queryRaw<OperationRow[]>`/* audit:operations */
    SELECT number, actor, key, name, encode(input_hash, 'hex') AS "inputHash", refusal, message, subject,
      details::text AS details, request_id AS "requestId", at FROM operations
    WHERE number > ${after} AND number <= ${last} ORDER BY number`

/** True for a row that has the columns of an acceptance or those of a refusal, and nothing of the other: only these are hashed. */
function isWhole({ refusal, message, subject, details }: OperationRow): boolean {
  if (refusal !== null) return message !== null && subject === null && details === null
  const unchanged = details === null || (details !== 'null' && details === JSON.stringify(JSON.parse(details)))
  return message === null && subject !== null && unchanged
}

function operationOf({ refusal, message, subject, details, at, ...row }: OperationRow): Operation {
  const outcome =
    refusal === null
      ? accept(subject ?? '', details === null ? null : JSON.parse(details))
      : refuse(refusal as RefusalCode, message ?? '')
  return { ...row, outcome, at: at.toISOString() }
}
