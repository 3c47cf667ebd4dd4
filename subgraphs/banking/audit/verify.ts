/**
 * Recomputes chain, balances and head, and finds the first row that was changed, added, removed or
 * moved.
 */
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Anchor } from './anchor.ts'
import { checkBooks, checkRestores } from './books.ts'
import { walkChain } from './chain.ts'
import { GENESIS, type HeadRow, type Place, readHead, readPlace } from './read.ts'

type Verdict =
  | { readonly sound: true; readonly operations: bigint; readonly batches: bigint; readonly sequence: bigint }
  | { readonly sound: false; readonly problem: string }

interface VerifyOptions {
  /** An earlier head: the chain must contain it. */
  readonly anchor?: Anchor | undefined
  /** An earlier head from which the chain is walked; the books are always checked whole. */
  readonly from?: Anchor | undefined
}

/** Walks and questions at a time, each over a connection of its own. */
export const AT_ONCE = 2

/** Takes the same memory for a ledger of any length. Later batches may be written meanwhile. */
export async function verifyLedger(database: PrismaClient, options: VerifyOptions = {}): Promise<Verdict> {
  const head = await readHead(database)
  if (!head) return broken('the ledger has no head')
  for (const anchor of [options.anchor, options.from]) {
    const problem = anchor && (await checkAnchor(database, head, anchor))
    if (problem) return broken(problem)
  }
  const from = await readPlace(database, BigInt(options.from?.batch ?? 0), head)
  const problem =
    (await checkRestores(database)) ??
    (await checkChain(database, head, from ?? GENESIS)) ??
    (await checkBooks(database, AT_ONCE))
  if (problem !== undefined) return broken(problem)
  return { sound: true, operations: head.lastOperation, batches: head.lastBatch, sequence: head.lastSequence }
}

const broken = (problem: string): Verdict => ({ sound: false, problem })

async function checkAnchor(database: PrismaClient, head: HeadRow, anchor: Anchor): Promise<string | undefined> {
  const { batch, operation, hash } = anchor
  if (BigInt(batch) > head.lastBatch)
    return `the ledger ends at batch ${head.lastBatch}, before batch ${batch} of the anchor`
  const place = await readPlace(database, BigInt(batch), head)
  const isSame = place && hexOf(place.hash) === hash && `${place.operation}` === operation
  return isSame ? undefined : `batch ${batch} is not the one of the anchor: the history up to it was rewritten`
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

async function checkChain(database: PrismaClient, head: HeadRow, start: Place): Promise<string | undefined> {
  const leaps = await readLeaps(database)
  const from = start.batch === 0n ? { ...start, sequence: leaps.get(0n) ?? 0n } : start
  const middle = await readPlace(database, (from.batch + head.lastBatch) / 2n, head)
  const isWorthHalving = middle && middle.batch > from.batch && middle.batch < head.lastBatch
  const parts = isWorthHalving
    ? [
        { from, upTo: middle.batch },
        { from: middle, upTo: head.lastBatch },
      ]
    : [{ from, upTo: head.lastBatch }]
  const walks = await Promise.all(parts.map((part) => walkChain({ database, head, leaps, ...part })))
  let end = from
  for (const walk of walks) {
    if ('problem' in walk) return walk.problem
    end = walk.end
  }
  return checkHead(head, end)
}

/** Consecutive restores with nothing in between are one gap. */
async function readLeaps(database: PrismaClient): Promise<Map<bigint, bigint>> {
  const rows = await database.$queryRaw<{ from: bigint; to: bigint }[]>`/* audit:restores */
    SELECT from_sequence AS "from", to_sequence AS "to" FROM ledger_restores ORDER BY from_sequence DESC`
  const leaps = new Map<bigint, bigint>()
  for (const { from, to } of rows) leaps.set(from, leaps.get(to) ?? to)
  return leaps
}

function checkHead(head: HeadRow, end: Place): string | undefined {
  if (end.operation !== head.lastOperation)
    return `the log ends at operation ${end.operation}, not at ${head.lastOperation} of the head`
  // An empty ledger has an instant and a hash of its own.
  if (hexOf(end.hash) !== hexOf(head.lastHash)) return 'the end of the chain is not the one that the head remembers'
  if (end.batch > 0n && end.at.getTime() !== head.lastAt.getTime())
    return 'the head is not of the instant of the last batch'
  if (!head.isAccountRight) return 'the last account of the head is not the newest account'
  if (!head.isPreviousRight) return 'the sequence of the head before its last change is that of no batch'
  return undefined
}
