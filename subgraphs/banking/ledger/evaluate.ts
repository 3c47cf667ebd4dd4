/**
 * The serial heart of the ledger: operations one by one, in order, on the state as it is under the
 * lock. A pure function of its arguments, so that tests can run it beside the real thing; the only
 * home of idempotency.
 */
import type { ExchangeRate } from '../exchange/rate.ts'
import type { Loan } from '../loans/loan.ts'
import type { Schedule } from '../schedules/schedule.ts'
import {
  beginLink,
  CHAIN_VERSION,
  eventLine,
  type LinkHeader,
  makesTransfer,
  openingLine,
  operationLine,
} from './audit-chain.ts'
import type { Book, Effects } from './book.ts'
import type { Account, Head, LedgerEvent, Quote, Transfer } from './model.ts'
import { evaluateCommand } from './part.ts'
import { type Outcome, refuse } from './refusal.ts'
import { INPUT_VERSION, inputHashOf, type LedgerRequest } from './request.ts'

/** The outcome of a key's first use. */
export interface Remembered {
  readonly inputHash: string
  /** Which fields the hash covers. */
  readonly inputVersion: number
  readonly outcome: Outcome
}

/** What the rows under the lock say. */
export interface LedgerState {
  readonly head: Head
  readonly accounts: Map<string, Account>
  readonly transfers: Map<string, Transfer>
  readonly quotes: Map<string, Quote>
  readonly schedules: Map<string, Schedule>
  readonly loans: Map<string, Loan>
  /** By currency. */
  readonly rates: Map<string, ExchangeRate>
  /** The webhooks in use, by customer. */
  readonly endpoints: Map<string, Set<string>>
  /** By `memoryKey`. */
  readonly remembered: Map<string, Remembered>
}

/** One line of the operation log. */
export interface Operation {
  readonly number: bigint
  readonly actor: string
  readonly key: string
  readonly name: string
  readonly inputHash: string
  readonly inputVersion: number
  readonly outcome: Outcome
  readonly requestId: string | null
  readonly at: string
}

/** Operations that share an instant and a link of the audit chain. */
export interface BatchRecord {
  readonly number: bigint
  readonly firstSequence: bigint
  readonly firstOperation: bigint
  readonly lastOperation: bigint
  readonly at: string
  readonly operations: readonly Operation[]
  /** The link of the audit chain, hexadecimal. */
  readonly hash: string
}

export interface Answer {
  readonly outcome: Outcome
  /** True where the key's first use gave the outcome. */
  readonly replayed: boolean
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

export const memoryKey = (actor: string, key: string): string => `${actor}\n${key}`

/**
 * Evaluates `moments` in order; their instants must not run backwards. Changes the state it is
 * given.
 */
export function evaluate(state: LedgerState, moments: readonly Moment[]): Evaluation {
  const { head, accounts, transfers, quotes, schedules, loans, rates, endpoints, remembered } = state
  const effects: Effects = {
    opened: [],
    transfers: new Map(),
    resolved: new Map(),
    events: [],
    touched: new Map(),
    altered: new Map(),
    schedules: new Map(),
    scheduleRuns: [],
    quotes: new Map(),
    loans: new Map(),
    rates: new Map(),
    endpoints: [],
    endToEndIds: new Map(),
  }
  const book: Book = {
    accounts,
    transfers,
    quotes,
    schedules,
    loans,
    rates,
    endpoints,
    reversed: new Set([...transfers.values()].flatMap(({ reversalOf }) => reversalOf ?? [])),
    sequence: head.sequence,
    lastAccount: head.account,
    at: head.at,
    effects,
  }
  const answers: Answer[] = []
  const batches: BatchRecord[] = []
  let { operation, hash } = head

  for (const { at, requests } of moments) {
    book.at = at
    const firstSequence = book.sequence + 1n
    const earlier = { events: effects.events.length, opened: effects.opened.length }
    const operations: Operation[] = []
    for (const request of requests) {
      const { actor, key, command, inputHash, requestId } = request
      const slot = memoryKey(actor.id, key)
      const before = remembered.get(slot)
      if (before) {
        const same = before.inputHash === inputHashAs(before.inputVersion, request)
        answers.push(same ? { outcome: before.outcome, replayed: true } : { outcome: reused, replayed: false })
        continue
      }
      if (at < head.at) throw new RangeError("The ledger's clock does not run backwards.")
      const outcome = evaluateCommand(command, book, actor)
      if (!outcome.accepted && outcome.isEarly) {
        answers.push({ outcome, replayed: false })
        continue
      }
      remembered.set(slot, { inputHash, inputVersion: INPUT_VERSION, outcome })
      operation += 1n
      operations.push({
        number: operation,
        actor: actor.id,
        key,
        name: command.name,
        inputHash,
        inputVersion: INPUT_VERSION,
        outcome,
        requestId,
        at,
      })
      answers.push({ outcome, replayed: false })
    }
    const [first] = operations
    if (!first) continue
    const number = head.batch + BigInt(batches.length) + 1n
    hash = linkHash(hash, { number, firstSequence, at }, operations, effects, earlier)
    batches.push({
      number,
      firstSequence,
      firstOperation: first.number,
      lastOperation: operation,
      at,
      operations,
      hash,
    })
  }
  const last = batches.at(-1)
  if (!last) return { answers, effects, batches, head }
  const { sequence, lastAccount: account } = book
  return { answers, effects, batches, head: { sequence, operation, batch: last.number, account, at: last.at, hash } }
}

const reused = refuse('IDEMPOTENCY_KEY_REUSED')

/** The hash of the request's input as an earlier version had it. */
const inputHashAs = (version: number, { command, inputHash }: LedgerRequest): string =>
  version === INPUT_VERSION ? inputHash : inputHashOf(command, version)

/** @param earlier how many effects are those of batches before */
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
