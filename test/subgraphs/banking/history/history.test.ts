/**
 * Linearizability under fire, after Jepsen's bank test: 60 s with two instances on one database,
 * half as long with four. Subscribers follow every account meanwhile: what they were told is
 * compared with the outbox. `HISTORY_SEED` repeats a run, `HISTORY_SECONDS` makes it longer,
 * `HISTORY_INSTANCES` is the only width then.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { openDatabase } from '../../../../subgraphs/banking/database/open.ts'
import { until } from '../../../support/until.ts'
import { openBank } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'
import { findAnomalies } from './check.ts'
import { findEventAnomalies } from './check-events.ts'
import { type PlantedBug, type Run, runClients } from './clients.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { readRecord } from './era.ts'
import { doHarm, harmsOf } from './nemesis.ts'
import { startSubscribers } from './subscribers.ts'

const seed = process.env['HISTORY_SEED'] ?? randomUUID().slice(0, 8)
const seconds = Number(process.env['HISTORY_SECONDS'] ?? 60)
const chosen = process.env['HISTORY_INSTANCES']
const widths: readonly [instances: number, seconds: number][] =
  chosen === undefined
    ? [
        [2, seconds],
        [4, seconds / 2],
      ]
    : [[Number(chosen), seconds]]
const HOLD_SECONDS = 3
const OPENING = 500n
/** What a trusted clock may be ahead of the truth, in milliseconds. */
const TRUSTED = 10_000
/** From the start of the clocks to that of the run, in milliseconds. */
const MARGIN = 12_000

let cluster: Cluster

async function start(instances: number, midnightIn?: number): Promise<void> {
  cluster = await startCluster(instances, midnightIn === undefined ? {} : { midnightIn })
}

const stop = () => cluster.stop()

type Judged = Pick<Run, 'seed' | 'bug'> & { readonly milliseconds: number }

/** One run on accounts of its own, judged. */
async function judged({ milliseconds, seed, bug }: Judged, harm: boolean) {
  const accounts = await openAccounts()
  const lastOperation = await cluster.lastOperation()
  const common = { cluster, accounts, seed }
  const subscribers = await startSubscribers({ ...common, losesEvents: bug === 'lost event' })
  const anomalies: string[] = []
  let isHarming = harm
  // What is waited for in vain is an anomaly too, and the history up to there is judged all the
  // same.
  const inVain = (error: Error): [] => {
    anomalies.push(error.message)
    return []
  }
  const harming = harm ? doHarm({ ...common, milliseconds }, anomalies).catch(inVain) : Promise.resolve([])
  const end = Date.now() + milliseconds
  const isOver = (): boolean => Date.now() > end && !isHarming
  const settled = harming.finally(() => {
    isHarming = false
  })
  const run: Run = { ...common, isOver, clients: 8, holdSeconds: HOLD_SECONDS, ...(bug && { bug }) }
  const [history, harms] = await Promise.all([runClients(run), settled])

  await restOfBank().catch(inVain)
  const eras = await Promise.all(cluster.eras.map((era) => readRecord(era, lastOperation)))
  const lastOf = (account: string): bigint =>
    eras.at(-1)?.outbox.findLast(({ debit, credit }) => debit === account || credit === account)?.sequence ?? 0n
  await subscribers.stop(lastOf, bug === 'lost event' ? 2_000 : 60_000)
  const { segments } = subscribers
  const opening = new Map(accounts.map((id) => [id, OPENING]))
  const latest = new Date(Date.now() + TRUSTED).toISOString()
  anomalies.push(...findAnomalies({ history, eras, opening, holdSeconds: HOLD_SECONDS, latest }))
  anomalies.push(...findEventAnomalies(segments, eras), ...cluster.crashes)
  const counts = {
    answers: history.acknowledged.length,
    reads: history.reads.length,
    events: segments.reduce((sum, { events }) => sum + events.length, 0),
    segments: segments.length,
    runs: eras.at(-1)?.log.filter(({ name }) => name === 'runSchedule').length ?? 0,
  }
  return { anomalies, harms, counts }
}

async function openAccounts(): Promise<string[]> {
  const bank = openBank(cluster.databaseUrl)
  const accounts = await Promise.all(Array.from({ length: 5 }, () => bank.open({ owner: 'officer', balance: OPENING })))
  await bank.close()
  return accounts
}

/** Waits until nothing falls due any more, in this run's log or in that of the next. */
async function restOfBank(): Promise<void> {
  await withDatabase(async (database) => {
    const dueOn = () => ({ nextOn: { lte: new Date(Date.now()) } })
    await until(async () => (await database.schedule.count({ where: dueOn() })) === 0)
    await database.schedule.updateMany({ data: { nextOn: null } })
    await until(async () => (await database.transfer.count({ where: { status: 'PENDING' } })) === 0)
  })
}

async function withDatabase<Value>(use: (database: PrismaClient) => Promise<Value>): Promise<Value> {
  const database = openDatabase({ url: cluster.databaseUrl, connections: 2 })
  try {
    return await use(database)
  } finally {
    await database.$disconnect()
  }
}

describe.each(widths)('with %d instances', (instances, duration) => {
  beforeAll(() => start(instances, MARGIN + duration * 500))
  afterAll(stop)

  test(
    `Every acknowledged answer holds, whatever process dies (seed ${seed})`,
    async () => {
      const milliseconds = duration * 1_000
      const { anomalies, harms, counts } = await judged({ milliseconds, seed }, true)
      if (chosen !== undefined)
        console.info(
          JSON.stringify({ ...counts, harms: Object.groupBy(harms, (harm) => harm) }, (_name, value) =>
            Array.isArray(value) ? value.length : value,
          ),
        )
      expect(anomalies).toEqual([])
      expect(counts.answers).toBeGreaterThan(50)
      expect(counts.reads).toBeGreaterThan(5)
      expect(counts.events).toBeGreaterThan(50)
      expect(counts.runs).toBeGreaterThan(0)
      expect(new Set(harms)).toEqual(new Set(harmsOf(milliseconds)))
      await withDatabase(async (database) => {
        expect(await brokenInvariants(database)).toEqual([])
        expect(await verifyLedger(database)).toMatchObject({ sound: true })
      })
    },
    duration * 1_000 + 240_000,
  )
})

describe('checker', () => {
  beforeAll(() => start(2))
  afterAll(stop)

  test.each<[PlantedBug, RegExp]>([
    ['lost ack', /was acknowledged and is lost|was told/],
    ['double apply', /was never asked for/],
    ['stale read', /a read began after/],
    ['lost event', /missed event/],
  ])('The checker catches a planted bug: %s', async (bug, expected) => {
    let found = false
    // A busy machine may do too little in a round for the bug to show.
    for (let round = 1; !found; round += 1) {
      const { anomalies } = await judged({ milliseconds: 2_500, bug, seed: `${seed} ${bug} ${round}` }, false)
      found = anomalies.some((anomaly) => expected.test(anomaly))
    }
  })

  test('The checker finds nothing where no bug is planted', async () => {
    expect((await judged({ milliseconds: 2_500, seed: `${seed} sound` }, false)).anomalies).toEqual([])
  })
})
