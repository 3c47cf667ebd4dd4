/** Walks the audit chain from its start and finds the first thing that is not as it was written: changed, missing, or out of order. */
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { auditLine, chainHash } from '../ledger/audit-chain.ts'
import type { Operation } from '../ledger/evaluate.ts'
import { accept, type RefusalCode, refuse } from '../ledger/refusal.ts'

export type Verdict =
  | { readonly sound: true; readonly operations: bigint; readonly batches: bigint }
  | { readonly sound: false; readonly problem: string }

interface BatchRow {
  readonly number: bigint
  readonly firstOperation: bigint
  readonly lastOperation: bigint
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
  const head = await database.ledger.findUniqueOrThrow({ where: { id: 1 } })
  let batch = 0n
  let operation = 0n
  let hash: Uint8Array = GENESIS
  while (batch < head.lastBatch) {
    const batches = await readBatches(database, batch, head.lastBatch)
    const operations = await readOperations(database, operation, batches.at(-1)?.lastOperation ?? operation)
    let read = 0
    for (const row of batches) {
      if (row.number !== batch + 1n) return broken(`batch ${batch + 1n} is missing`)
      if (row.firstOperation !== operation + 1n)
        return broken(`batch ${row.number} does not follow operation ${operation}`)
      const lines: string[] = []
      for (; operation < row.lastOperation; operation += 1n, read += 1) {
        const found = operations[read]
        if (found?.number !== operation + 1n) return broken(`operation ${operation + 1n} is missing`)
        lines.push(auditLine(operationOf(found)))
      }
      hash = chainHash(hash, lines)
      if (Buffer.compare(hash, row.hash) !== 0)
        return broken(
          `batch ${row.number} (operations ${row.firstOperation} to ${row.lastOperation}) is not as it was written`,
        )
      batch = row.number
    }
    if (batches.length === 0) return broken(`batch ${batch + 1n} is missing`)
  }
  if (operation !== head.lastOperation)
    return broken(`the log ends at operation ${operation}, not at ${head.lastOperation}`)
  if (Buffer.compare(hash, head.lastHash) !== 0)
    return broken('the end of the chain is not the one the ledger remembers')
  return { sound: true, operations: operation, batches: batch }
}

const broken = (problem: string): Verdict => ({ sound: false, problem })

const readBatches = (database: PrismaClient, after: bigint, last: bigint): Promise<BatchRow[]> =>
  database.$queryRaw<BatchRow[]>`/* audit:batches */
    SELECT number, first_operation AS "firstOperation", last_operation AS "lastOperation", hash FROM batches
    WHERE number > ${after} AND number <= ${last} ORDER BY number LIMIT ${BATCHES_AT_ONCE}`

/** `details` as text: what was hashed is the JSON as it was written. */
const readOperations = (database: PrismaClient, after: bigint, last: bigint): Promise<OperationRow[]> =>
  database.$queryRaw<OperationRow[]>`/* audit:operations */
    SELECT number, actor, key, name, encode(input_hash, 'hex') AS "inputHash", refusal, message, subject,
      details::text AS details, request_id AS "requestId", at FROM operations
    WHERE number > ${after} AND number <= ${last} ORDER BY number`

function operationOf({ refusal, message, subject, details, at, ...row }: OperationRow): Operation {
  const outcome =
    refusal === null
      ? accept(subject ?? '', details === null ? null : JSON.parse(details))
      : refuse(refusal as RefusalCode, message ?? '')
  return { ...row, outcome, at: at.toISOString() }
}
