/**
 * Fail-overs of a real cluster under load, judged by the history checker: `npm run test:cluster`.
 * `CLUSTER_SEED` repeats what is asked.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { verifyLedger } from '../../subgraphs/banking/audit/verify.ts'
import type { StoppableBank } from '../subgraphs/banking/history/bank.ts'
import { lastOperation } from '../subgraphs/banking/history/era.ts'
import type { History } from '../subgraphs/banking/history/history.ts'
import { judgeRun, withDatabase } from '../subgraphs/banking/history/judge.ts'
import { brokenInvariants } from '../subgraphs/banking/support/books.ts'
import { until } from '../support/until.ts'
import { startBank } from './bank.ts'
import { findWrongPages, readPages, readsFromStandbys } from './pages.ts'
import { type PatroniCluster, startPatroni } from './patroni.ts'

interface Harm {
  readonly harm: 'switch-over' | 'primary killed' | 'primary cut off'
  /** Start, by the clock of the history. */
  readonly from: number
  readonly to: number
}

const seed = process.env['CLUSTER_SEED'] ?? randomUUID().slice(0, 8)
/** Maximum time without any answer. */
const BACK_WITHIN = 30_000 // milliseconds
const CALM = 2_000 // milliseconds between harms
const TIMEOUT = 600_000 // milliseconds; a member that comes back may take long on a busy machine

let cluster: PatroniCluster
let bank: StoppableBank
beforeAll(async () => {
  cluster = await startPatroni('bank')
  // All members: each is a standby at times.
  bank = await startBank(cluster, 2, { DATABASE_READ_URL: cluster.url })
}, TIMEOUT)
afterAll(async () => {
  await bank?.stop()
  await cluster?.stop()
})

test(
  `Nothing that was acknowledged is lost or doubled by fail-overs (seed ${seed})`,
  async () => {
    const { anomalies, history, counts, harms } = await judgeRun<Harm>({ bank, seed, milliseconds: CALM, doHarm })
    const silences = harms.map(({ harm, from, to }) => ({ harm, seconds: longestSilence(history, from, to) / 1000 }))
    const fromStandbys = await readsFromStandbys(bank)
    console.info(JSON.stringify({ ...counts, fromStandbys, silences }))
    expect(anomalies).toEqual([])
    expect(Math.max(...silences.map(({ seconds }) => seconds))).toBeLessThan(BACK_WITHIN / 1000)
    expect(harms.map(({ harm }) => harm)).toEqual(['switch-over', 'primary killed', 'primary cut off'])
    expect(fromStandbys).toBeGreaterThan(20)
    expect(counts.answers).toBeGreaterThan(100)
    expect(counts.reads).toBeGreaterThan(20)
    expect(counts.events).toBeGreaterThan(100)
    await withDatabase(bank.databaseUrl, async (database) => {
      expect(await brokenInvariants(database)).toEqual([])
      expect(await verifyLedger(database)).toMatchObject({ sound: true })
      expect(await database.$queryRaw`SELECT count(*)::int AS restores FROM ledger_restores`).toEqual([{ restores: 0 }])
    })
  },
  TIMEOUT,
)

/** Does harm one at a time; each ends when the cluster is complete again. */
async function doHarm(accounts: readonly string[], anomalies: string[]): Promise<Harm[]> {
  const does: Readonly<Record<Harm['harm'], () => Promise<void>>> = {
    async 'switch-over'() {
      const before = await cluster.leader()
      await cluster.switchOver()
      await successorOf(before)
    },
    'primary killed': () => killed(),
    // Patroni alone: its PostgreSQL goes on, and does not know that it has a successor.
    'primary cut off': () => killed('postmaster'),
  }
  const done: Harm[] = []
  let isOver = false
  const reading = readPages(bank, accounts, () => isOver)
  for (const harm of Object.keys(does) as Harm['harm'][]) {
    await sleep(CALM)
    const from = performance.now()
    await does[harm]()
    await cluster.whole()
    done.push({ harm, from, to: performance.now() })
  }
  await sleep(CALM)
  isOver = true
  const pages = await reading
  anomalies.push(...(await findWrongPages(bank.databaseUrl, pages)))
  if (pages.length < 20) anomalies.push(`only ${pages.length} pages were read`)
  return done
}

async function killed(spared?: 'postmaster'): Promise<void> {
  const before = await cluster.leader()
  await cluster.kill(before, spared)
  await successorOf(before)
  await goesOn()
  await cluster.start(before)
}

const successorOf = (before: number): Promise<unknown> =>
  until(async () => (await cluster.leader().catch(() => before)) !== before)

/** Payments go on with two of three members. */
async function goesOn(): Promise<void> {
  const last = (): Promise<bigint> => lastOperation(bank.databaseUrl).catch(() => 0n)
  const before = await until(async () => (await last()) || false)
  await until(async () => (await last()) > before)
}

/**
 * The longest time without an answer, in milliseconds, of all that end after `from` and begin
 * before `to`.
 */
function longestSilence({ acknowledged }: History, from: number, to: number): number {
  const told = acknowledged.map(({ toldAt }) => toldAt).sort((one, other) => one - other)
  const silences = told.flatMap((end, index) => {
    const begin = told[index - 1]
    return begin === undefined || end < from || begin > to ? [] : [end - begin]
  })
  return Math.max(0, ...silences)
}
