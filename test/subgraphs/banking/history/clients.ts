/**
 * Clients that send random requests, retry with the same key until they are answered, and record
 * what they saw.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { confirmPrimary, openClient } from '../../../../subgraphs/banking/database/connect.ts'
import { accountNumber } from '../../../../subgraphs/banking/ledger/account-number.ts'
import { signedCall } from '../../../support/signed-call.ts'
import type { Bank } from './cluster.ts'
import { createDraw, type Draw } from './draw.ts'
import type { Acknowledged, Asked, Balance, History, WholeRead } from './history.ts'

/** Bugs that the checker must catch, simulated between clients and bank, never in the product. */
export type PlantedBug = 'lost ack' | 'double apply' | 'stale read' | 'lost event'

export interface Run {
  readonly cluster: Bank
  readonly accounts: readonly string[]
  readonly seed: string
  /** Clients send requests until this is true. */
  readonly isOver: () => boolean
  readonly clients: number
  readonly holdSeconds: number
  /** Maximum milliseconds between two requests of a client. */
  readonly pause: number
  readonly bug?: PlantedBug
}

const INSIST_FOR_MS = 180_000 // milliseconds for which a client retries
const CALL_TIMEOUT = 4_000 // milliseconds
const BETWEEN_READS = 40 // milliseconds
/** One in so many answers has the bug; for reads every other one is stale. */
const ONE_OF = 6

export async function runClients(run: Run): Promise<History> {
  const asks = new Map<string, Asked>()
  const acknowledged: Acknowledged[] = []
  const reads: WholeRead[] = []
  const ids: string[] = []
  const client = async (index: number): Promise<void> => {
    const draw = createDraw(`${run.seed} client ${index}`)
    for (let count = 0; !run.isOver(); count += 1) {
      const key = `${run.seed}-${index}-${count}`
      const asked = choose(draw, run.accounts, ids)
      asks.set(key, asked)
      const startedAt = performance.now()
      const { told, era } = await insist(run, key, asked, draw)
      acknowledged.push({ key, asked, told, startedAt, toldAt: performance.now(), era })
      if ('id' in told && asked.kind !== 'schedule') ids.push(told.id)
      if (run.pause > 0) await sleep(draw.below(run.pause))
    }
  }
  const reader = readWhole(run, reads)
  await Promise.all(Array.from({ length: run.clients }, (_, index) => client(index)))
  await reader
  return { asked: asks, acknowledged, reads }
}

function choose(draw: Draw, accounts: readonly string[], ids: readonly string[]): Asked {
  const from = draw.of(accounts) ?? ''
  const to = draw.of(accounts) ?? ''
  const amount = BigInt(draw.below(60) + 1)
  const transfer = draw.of(ids.slice(-40))
  const kind = draw.below(10)
  if (draw.below(25) === 0) return { kind: 'schedule', from, to, amount, ...days(draw) }
  if (transfer === undefined || kind < 4) return { kind: 'transfer', from, to, amount }
  if (kind < 7) return { kind: 'hold', from, to, amount }
  if (kind === 7) return { kind: 'capture', transfer, amount }
  return { kind: kind === 8 ? 'void' : 'reverse', transfer }
}

/** Days of a standing order, from today or tomorrow on. */
function days(draw: Draw): { readonly frequency: 'ONCE' | 'DAILY'; readonly firstOn: string } {
  const first = new Date(Date.now() + draw.below(2) * 86_400_000)
  return { frequency: draw.of(['ONCE', 'DAILY'] as const) ?? 'ONCE', firstOn: first.toISOString().slice(0, 10) }
}

type Answered = Pick<Acknowledged, 'told' | 'era'>

async function insist(run: Run, key: string, asked: Asked, draw: Draw): Promise<Answered> {
  if (run.bug === 'lost ack' && draw.below(ONE_OF) === 0) return { told: { id: '1' }, era: 0 }
  if (run.bug === 'double apply' && asked.kind === 'transfer' && draw.below(ONE_OF) === 0)
    await ask(run, `${key} again`, asked, 0).catch(() => {})
  const deadline = Date.now() + INSIST_FOR_MS
  for (let instance = draw.below(run.cluster.instances); ; instance += 1) {
    try {
      // Some send the request to two instances at once, as an impatient client does.
      if (draw.below(8) !== 0) return await ask(run, key, asked, instance)
      const [one] = await Promise.all([ask(run, key, asked, instance), ask(run, key, asked, instance + 1)])
      return one
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}

const fields: Readonly<Record<Asked['kind'], readonly [field: string, input: string]>> = {
  transfer: ['transfer', 'TransferInput'],
  hold: ['holdFunds', 'HoldFundsInput'],
  capture: ['captureHold', 'CaptureHoldInput'],
  void: ['voidHold', 'VoidHoldInput'],
  reverse: ['reverseTransfer', 'ReverseTransferInput'],
  schedule: ['scheduleTransfer', 'ScheduleTransferInput'],
}
const madeBy = (kind: Asked['kind']): string =>
  kind === 'schedule' ? 'ScheduleAccepted { made: schedule' : 'TransferAccepted { made: transfer'

/** @throws if there is no answer, or no certain one */
async function ask({ cluster, holdSeconds }: Run, key: string, asked: Asked, instance: number): Promise<Answered> {
  const era = cluster.eras.length - 1
  const url = cluster.url(instance % cluster.instances)
  if (url === undefined) throw new Error('The instance is down.')
  const [field, type] = fields[asked.kind]
  const query = `mutation ($input: ${type}!) { done: ${field}(input: $input) {
    ... on ${madeBy(asked.kind)} { id } } ... on Refusal { code }
  } }`
  const answer = await Promise.race([
    signedCall(url, {
      query,
      variables: { input: inputOf(asked, key, holdSeconds) },
      authorization: cluster.authorization,
    }),
    sleep(CALL_TIMEOUT, undefined, { ref: false }).then(() => Promise.reject(new Error('No answer in time.'))),
  ])
  const done = answer.data?.done
  if (!done) throw new Error(JSON.stringify(answer.errors))
  return { told: done.made ? { id: done.made.id } : { refused: done.code }, era }
}

function inputOf(asked: Asked, idempotencyKey: string, holdSeconds: number) {
  if (asked.kind === 'capture') return { idempotencyKey, transferId: asked.transfer, amount: `${asked.amount}` }
  if (asked.kind === 'void' || asked.kind === 'reverse') return { idempotencyKey, transferId: asked.transfer }
  const { from, to, amount } = asked
  const order = { idempotencyKey, from, to: accountNumber(to), amount: `${amount}`, currency: 'EUR' }
  if (asked.kind === 'schedule') return { ...order, frequency: asked.frequency, firstOn: asked.firstOn }
  return asked.kind === 'hold' ? { ...order, expiresInSeconds: holdSeconds } : order
}

/** Repeatedly reads all accounts in one request. */
async function readWhole(run: Run, reads: WholeRead[]): Promise<void> {
  let stale: WholeRead | undefined
  while (!run.isOver()) {
    await sleep(BETWEEN_READS + run.pause)
    const startedAt = performance.now()
    const read = await readOnce(run.cluster, startedAt).catch(() => undefined)
    // A disconnected primary still answers, without the writes of its successor.
    const isOld = await confirmPrimary(run.cluster.databaseUrl)
    if (!read || isOld) continue
    stale ??= read
    reads.push(run.bug === 'stale read' && reads.length % 2 === 1 ? { ...stale, startedAt } : read)
  }
}

async function readOnce({ databaseUrl, eras }: Bank, startedAt: number): Promise<WholeRead> {
  const era = eras.length - 1
  const client = await openClient(databaseUrl, { connectionTimeoutMillis: 2_000 })
  try {
    const { rows } = await client.query(`
      SELECT l.last_operation::text AS operation, a.id::text, (a.credits_posted - a.debits_posted)::text AS posted,
        a.debits_pending::text AS debits, a.credits_pending::text AS credits
      FROM ledger l CROSS JOIN accounts a WHERE a.floor IS NOT NULL`)
    const balances = rows.map(({ id, posted, debits, credits }): [string, Balance] => [
      id,
      { posted: BigInt(posted), debitsPending: BigInt(debits), creditsPending: BigInt(credits) },
    ])
    return { operation: BigInt(rows[0].operation), startedAt, balances: new Map(balances), era }
  } finally {
    await client.end()
  }
}
