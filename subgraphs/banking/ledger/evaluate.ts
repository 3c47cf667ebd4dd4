/**
 * Decides operations one by one, in order, on the loaded state. A pure function, so that tests can
 * run it without a database. Only this code detects replays.
 */
import {
  beginLink,
  CHAIN_VERSION,
  eventLine,
  type LinkHeader,
  makesTransfer,
  openingLine,
  operationLine,
} from './audit-chain.ts'
import { type Book, type Effects, openBook } from './book.ts'
import { type MadeTransfer, madeBy } from './made.ts'
import {
  type BatchRecord,
  type Head,
  type LedgerEvent,
  type LedgerState,
  memoryKey,
  type Operation,
  type Remembered,
} from './model.ts'
import { type LedgerParts, ruleOf } from './part.ts'
import { type Outcome, refuse } from './refusal.ts'
import { INPUT_VERSION, inputHashOf, type LedgerRequest } from './request.ts'

export interface Answer {
  readonly outcome: Outcome
  /** True if the outcome is that of the key's first use. */
  readonly replayed: boolean
  /** The transfer that the outcome names, if this batch made it. */
  readonly made?: MadeTransfer
}

export interface Evaluation {
  readonly answers: readonly Answer[]
  readonly effects: Effects
  readonly batches: readonly BatchRecord[]
  /** The ledger's head once this is written. */
  readonly head: Head
}

/** Requests evaluated at one instant. */
export interface Moment {
  readonly at: string
  readonly requests: readonly LedgerRequest[]
}

/**
 * Evaluates `moments` in order; their instants must not run backwards. Changes the state it is
 * given.
 */
export function evaluate(parts: LedgerParts, state: LedgerState, moments: readonly Moment[]): Evaluation {
  const book = openBook(state)
  const { effects } = book
  const answers: Answer[] = []
  const batches: BatchRecord[] = []
  let { head } = state
  for (const moment of moments) {
    const { at } = moment
    const firstSequence = book.sequence + 1n
    const earlier = { events: effects.events.length, opened: effects.opened.length }
    const operations = evaluateMoment(parts, { state, book, answers, last: head.operation }, moment)
    if (operations.length === 0) continue
    const number = head.batch + 1n
    const firstOperation = head.operation + 1n
    const lastOperation = head.operation + BigInt(operations.length)
    const hash = linkHash(head.hash, { number, firstSequence, at }, operations, effects, earlier)
    batches.push({ number, firstSequence, firstOperation, lastOperation, at, operations, hash })
    head = { sequence: book.sequence, operation: lastOperation, batch: number, account: book.lastAccount, at, hash }
  }
  return { answers, effects, batches, head }
}

interface Evaluating {
  readonly state: LedgerState
  readonly book: Book
  readonly answers: Answer[]
  /** The number of the last operation. */
  readonly last: bigint
}

/** Answers every request, and returns the new operations. */
function evaluateMoment(
  parts: LedgerParts,
  { state, book, answers, last }: Evaluating,
  { at, requests }: Moment,
): Operation[] {
  const { remembered } = state
  const operations: Operation[] = []
  book.at = at
  for (const request of requests) {
    const { actor, key, command, inputHash, requestId } = request
    const slot = memoryKey(actor.id, key)
    const before = remembered.get(slot)
    if (before) {
      answers.push(answerAgain(before, request))
      continue
    }
    if (at < state.head.at) throw new RangeError("The ledger's clock does not run backwards.")
    const outcome = ruleOf(parts, command).evaluate(command, book, actor)
    const made = madeBy(book, outcome)
    answers.push(made ? { outcome, replayed: false, made } : { outcome, replayed: false })
    if (!outcome.accepted && outcome.isEarly) continue
    remembered.set(slot, { inputHash, inputVersion: INPUT_VERSION, outcome })
    operations.push({
      number: last + BigInt(operations.length) + 1n,
      actor: actor.id,
      key,
      name: command.name,
      inputHash,
      inputVersion: INPUT_VERSION,
      outcome,
      requestId,
      at,
    })
  }
  return operations
}

const reused: Answer = { outcome: refuse('IDEMPOTENCY_KEY_REUSED'), replayed: false }
const expired: Answer = { outcome: refuse('IDEMPOTENCY_KEY_EXPIRED'), replayed: false }

/** Answers a key that was used before. */
function answerAgain(before: Remembered, request: LedgerRequest): Answer {
  if (before.isExpired) return expired
  return isSameInput(before, request) ? { outcome: before.outcome, replayed: true } : reused
}

/** Compares hashes of the version that the key's first use had. */
const isSameInput = ({ inputHash, inputVersion }: Remembered, request: LedgerRequest): boolean =>
  inputHash === (inputVersion === INPUT_VERSION ? request.inputHash : inputHashOf(request.command, inputVersion))

/** @param earlier the number of effects before this batch */
function linkHash(
  previous: string,
  header: LinkHeader,
  operations: readonly Operation[],
  { events, opened, transfers }: Effects,
  earlier: { readonly events: number; readonly opened: number },
): string {
  const link = beginLink(CHAIN_VERSION, Buffer.from(previous, 'hex'), header)
  const openings = new Map(opened.slice(earlier.opened).map((opening) => [opening.id, opening]))
  for (const operation of operations) {
    link.add(operationLine(CHAIN_VERSION, operation))
    const opening = openings.size > 0 && operation.outcome.accepted && openings.get(operation.outcome.subject)
    if (opening) link.add(openingLine(opening))
  }
  for (let at = earlier.events; at < events.length; at += 1) {
    const event = events[at] as LedgerEvent
    link.add(eventLine(event, makesTransfer(event) ? transfers.get(event.transferId) : undefined))
  }
  return link.digest().toString('hex')
}
