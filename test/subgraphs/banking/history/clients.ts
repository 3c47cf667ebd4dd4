/** Clients that ask for random things, insist under the same key until they are told, and write down what they saw. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { accountNumber } from '../../../../subgraphs/banking/accounts/number.ts'
import { signedCall } from '../../../support/signed-call.ts'
import type { Cluster } from './cluster.ts'
import { createDraw, type Draw } from './draw.ts'
import type { Asked, Balance, History, Told, WholeRead } from './history.ts'

/** Bugs that a checker must catch; they sit between clients and bank, never in the product. */
export type PlantedBug = 'lost ack' | 'double apply' | 'stale read'

export interface Run {
  readonly cluster: Cluster
  readonly accounts: readonly string[]
  readonly seed: string
  readonly milliseconds: number
  readonly clients: number
  readonly holdSeconds: number
  readonly bug?: PlantedBug
}

const PATIENCE = 60_000 // milliseconds a client insists
const CALL_TIMEOUT = 4_000 // milliseconds

export async function runClients(run: Run): Promise<History> {
  const history: History = { asked: new Map(), acknowledged: [], reads: [] }
  const ids: string[] = []
  const end = Date.now() + run.milliseconds
  const client = async (index: number): Promise<void> => {
    const draw = createDraw(`${run.seed} client ${index}`)
    for (let count = 0; Date.now() < end; count += 1) {
      const key = `${run.seed}-${index}-${count}`
      const asked = choose(draw, run.accounts, ids)
      history.asked.set(key, asked)
      const startedAt = performance.now()
      const told = await insist(run, key, asked, draw)
      history.acknowledged.push({ key, asked, told, startedAt, toldAt: performance.now() })
      if ('id' in told) ids.push(told.id)
    }
  }
  const reader = readWhole(run, history.reads, end)
  await Promise.all(Array.from({ length: run.clients }, (_, index) => client(index)))
  await reader
  return history
}

function choose(draw: Draw, accounts: readonly string[], ids: readonly string[]): Asked {
  const from = draw.of(accounts) ?? ''
  const to = draw.of(accounts) ?? ''
  const amount = BigInt(draw.below(60) + 1)
  const transfer = draw.of(ids.slice(-40))
  const kind = draw.below(10)
  if (transfer === undefined || kind < 4) return { kind: 'transfer', from, to, amount }
  if (kind < 7) return { kind: 'hold', from, to, amount }
  if (kind === 7) return { kind: 'capture', transfer, amount }
  return { kind: kind === 8 ? 'void' : 'reverse', transfer }
}

async function insist(run: Run, key: string, asked: Asked, draw: Draw): Promise<Told> {
  if (run.bug === 'lost ack' && draw.below(20) === 0) return { id: '1' }
  if (run.bug === 'double apply' && asked.kind === 'transfer' && draw.below(20) === 0)
    await ask(run, `${key} again`, asked, 0).catch(() => {})
  const deadline = Date.now() + PATIENCE
  for (let instance = draw.below(run.cluster.instances); ; instance += 1) {
    try {
      // Some ask two instances at once, as an impatient client would.
      if (draw.below(8) !== 0) return await ask(run, key, asked, instance)
      const [told] = await Promise.all([ask(run, key, asked, instance), ask(run, key, asked, instance + 1)])
      return told
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
}

/** @throws where nothing, or nothing certain, was answered */
async function ask({ cluster, holdSeconds }: Run, key: string, asked: Asked, instance: number): Promise<Told> {
  const url = cluster.url(instance % cluster.instances)
  if (url === undefined) throw new Error('The instance is down.')
  const [field, type] = fields[asked.kind]
  const query = `mutation ($input: ${type}!) { done: ${field}(input: $input) { ... on TransferAccepted { transfer { id } } ... on Refusal { code } } }`
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
  return done.transfer ? { id: done.transfer.id } : { refused: done.code }
}

function inputOf(asked: Asked, idempotencyKey: string, holdSeconds: number) {
  if (asked.kind === 'capture') return { idempotencyKey, transferId: asked.transfer, amount: `${asked.amount}` }
  if (asked.kind === 'void' || asked.kind === 'reverse') return { idempotencyKey, transferId: asked.transfer }
  const { from, to, amount } = asked
  const order = { idempotencyKey, from, to: accountNumber(to), amount: `${amount}`, currency: 'EUR' }
  return asked.kind === 'hold' ? { ...order, expiresInSeconds: holdSeconds } : order
}

/** Reads all accounts at once, again and again. */
async function readWhole(run: Run, reads: WholeRead[], end: number): Promise<void> {
  let stale: WholeRead | undefined
  while (Date.now() < end) {
    await sleep(40)
    const startedAt = performance.now()
    const read = await readOnce(run.cluster.databaseUrl, startedAt).catch(() => undefined)
    if (!read) continue
    stale ??= read
    reads.push(run.bug === 'stale read' && reads.length % 10 === 9 ? { ...stale, startedAt } : read)
  }
}

async function readOnce(databaseUrl: string, startedAt: number): Promise<WholeRead> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query(`
      SELECT l.last_operation::text AS operation, a.id::text, (a.credits_posted - a.debits_posted)::text AS posted,
        a.debits_pending::text AS debits, a.credits_pending::text AS credits
      FROM ledger l CROSS JOIN accounts a WHERE a.floor IS NOT NULL`)
    const balances = rows.map(({ id, posted, debits, credits }): [string, Balance] => [
      id,
      { posted: BigInt(posted), debitsPending: BigInt(debits), creditsPending: BigInt(credits) },
    ])
    return { operation: BigInt(rows[0].operation), startedAt, balances: new Map(balances) }
  } finally {
    await client.end()
  }
}
