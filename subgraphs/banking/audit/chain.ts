/**
 * Walks batches in order, recomputes their hashes from the rows they cover, and finds the first row
 * that is not as it was written.
 */
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import {
  beginLink,
  eventLine,
  type LastingTransfer,
  type Link,
  makesTransfer,
  openingLine,
  operationLine,
} from '../ledger/audit-chain.ts'
import type { LedgerEvent, Operation } from '../ledger/model.ts'
import { accept, type RefusalCode, refuse } from '../ledger/refusal.ts'
import {
  type BatchRow,
  batchesBetween,
  type EventRow,
  eventsBetween,
  type HeadRow,
  type OperationRow,
  operationsBetween,
  type Place,
  placeAfter,
} from './read.ts'

interface Walk {
  readonly database: PrismaClient
  readonly head: HeadRow
  readonly from: Place
  /** The last batch to check. */
  readonly upTo: bigint
  /** Leaps of the sequence after restores, between two batches or after the last: from, to. */
  readonly leaps: ReadonlyMap<bigint, bigint>
}

/** A fault, described for people. */
class Broken extends Error {}

/** Resolves to the first problem, or to the place after the last batch. */
export async function walkChain(walk: Walk): Promise<{ readonly problem: string } | { readonly end: Place }> {
  try {
    return { end: await follow(walk) }
  } catch (error) {
    if (error instanceof Broken) return { problem: error.message }
    throw error
  }
}

async function follow({ database, head, from, upTo, leaps }: Walk): Promise<Place> {
  const isLast = upTo === head.lastBatch
  const operations = operationsBetween(database, from.operation, head.lastOperation)
  const events = eventsBetween(database, from.sequence, head.lastSequence)
  let place = from
  for await (const batch of batchesBetween(database, from.batch, upTo, head)) {
    const next = placeAfter(batch)
    if (!next) throw new Broken(`batch ${batch.number + 1n} is missing`)
    checkPlace(batch, place, next)
    const { version } = batch
    const link = beginLink(version, place.hash, { ...batch, at: batch.at.toISOString() })
    await addOperations(link, batch, operations)
    const sequence = await addEvents(version === 1 ? undefined : link, batch, next.sequence, { events, leaps })
    const { number, lastOperation, hash } = batch
    if (Buffer.compare(link.digest(), hash) !== 0)
      throw new Broken(
        `batch ${number} (operations ${batch.firstOperation} to ${lastOperation}, events ${batch.firstSequence} to ${sequence}) is not as it was written`,
      )
    place = next
  }
  if (place.batch !== upTo) throw new Broken(`batch ${place.batch + 1n} is missing`)
  if (isLast) await checkEnd(operations, events)
  return place
}

function checkPlace(batch: BatchRow, place: Place, next: Place): void {
  const { number, version, firstOperation, lastOperation, firstSequence } = batch
  if (number !== place.batch + 1n) throw new Broken(`batch ${place.batch + 1n} is missing`)
  if (version !== 1 && version !== 2) throw new Broken(`batch ${number} has a version that is not known`)
  if (firstOperation !== place.operation + 1n || lastOperation < firstOperation)
    throw new Broken(`batch ${number} does not follow operation ${place.operation}`)
  if (firstSequence !== place.sequence + 1n || next.sequence < place.sequence)
    throw new Broken(`batch ${number} does not follow event ${place.sequence}`)
}

async function addOperations(link: Link, batch: BatchRow, rows: AsyncGenerator<OperationRow>): Promise<void> {
  for (let number = batch.firstOperation; number <= batch.lastOperation; number += 1n) {
    const { value: row } = await rows.next()
    if (row?.number !== number) throw new Broken(`operation ${number} is missing`)
    if (!isWhole(row) || row.at.getTime() !== batch.at.getTime())
      throw new Broken(`operation ${number} is not as it was written`)
    link.add(operationLine(batch.version, operationOf(row)))
    if (batch.version > 1 && row.opened) link.add(openingLine(row.opened))
  }
}

/**
 * @param upTo the last number of the batch's events, or of a restore's leap after them
 * @returns the last event of the batch, or the one before it if it has none
 */
async function addEvents(
  link: Link | undefined,
  batch: BatchRow,
  upTo: bigint,
  { events, leaps }: Pick<Walk, 'leaps'> & { readonly events: AsyncGenerator<EventRow> },
): Promise<bigint> {
  let last = batch.firstSequence - 1n
  while (last !== upTo && leaps.get(last) !== upTo) {
    const { value: row } = await events.next()
    last += 1n
    if (row?.sequence !== last) throw new Broken(`event ${last} is missing`)
    if (row.fault !== null) throw new Broken(row.fault)
    if (row.at.getTime() !== batch.at.getTime())
      throw new Broken(`event ${last} is not of the instant of batch ${batch.number}`)
    const event = eventOf(row)
    link?.add(eventLine(event, makesTransfer(event) ? transferOf(row) : undefined))
  }
  return last
}

async function checkEnd(operations: AsyncGenerator<OperationRow>, events: AsyncGenerator<EventRow>): Promise<void> {
  const { value: operation } = await operations.next()
  if (operation) throw new Broken(`operation ${operation.number} is of no batch`)
  const { value: event } = await events.next()
  if (event) throw new Broken(`event ${event.sequence} is of no batch`)
}

/**
 * True for a row that has the columns of an acceptance or those of a refusal, and nothing of the
 * other: only these are hashed.
 */
function isWhole({ refusal, message, subject, details }: OperationRow): boolean {
  if (refusal !== null) return message !== null && subject === null && details === null
  const unchanged = details === null || (details !== 'null' && details === JSON.stringify(JSON.parse(details)))
  return message === null && subject !== null && unchanged
}

function operationOf({ refusal, message, subject, details, at, opened: _opened, ...row }: OperationRow): Operation {
  const outcome =
    refusal === null
      ? accept(subject ?? '', details === null ? null : JSON.parse(details))
      : refuse(refusal as RefusalCode, message ?? '')
  return { ...row, outcome, at: at.toISOString() }
}

const eventOf = ({ debitBalance, creditBalance, at, ...row }: EventRow): LedgerEvent => ({
  ...row,
  at: at.toISOString(),
  balances: debitBalance === null || creditBalance === null ? null : { debit: debitBalance, credit: creditBalance },
})

const transferOf = ({ transferKind, currency, expiresAt, ...row }: EventRow): LastingTransfer => ({
  ...row,
  kind: transferKind ?? 'TRANSFER',
  currency: currency ?? '',
  expiresAt: expiresAt?.toISOString() ?? null,
})
