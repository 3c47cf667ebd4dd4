/**
 * Linearizability under faults, after Jepsen's bank test: two or three instances on one database,
 * by the seed, or three of which one has no elections. Each run lasts until every fault was
 * injected. Subscribers follow every account, and their events are compared with the outbox.
 * `HISTORY_SEED` repeats a run, `HISTORY_SECONDS` makes it longer and its clients send without
 * pauses, `HISTORY_INSTANCES` sets the number of instances, and `HISTORY_UNELECTED` how many of
 * these take no part in elections.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import { until } from '../../../support/until.ts'
import { brokenInvariants } from '../support/books.ts'
import { type StoppableBank, startBankOn } from './bank.ts'
import type { PlantedBug } from './clients.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { createDraw } from './draw.ts'
import { judgeRun, withDatabase } from './judge.ts'
import { doHarm, type Harm, harmsOf } from './nemesis.ts'

const seed = process.env['HISTORY_SEED'] ?? randomUUID().slice(0, 8)
const { HISTORY_SECONDS = '' } = process.env
const seconds = Number(HISTORY_SECONDS || 12)
/** Maximum milliseconds between two requests of a client. */
const PAUSE = HISTORY_SECONDS ? 0 : 250
const chosen = process.env['HISTORY_INSTANCES']
const widths: readonly [instances: number, unelected: number, seconds: number][] =
  chosen === undefined ? [drawn()] : [[Number(chosen), Number(process.env['HISTORY_UNELECTED'] ?? 0), seconds]]

/** Instances of today's version only, or one without elections among them. */
function drawn(): [instances: number, unelected: number, seconds: number] {
  const isMixed = createDraw(`${seed} mixed`).below(2) === 1
  return isMixed ? [3, 1, seconds] : [2 + createDraw(`${seed} instances`).below(2), 0, seconds]
}

/** Options of each round that looks for a planted bug. */
const ROUND = { milliseconds: 1_000, holdSeconds: 1, pause: 50 }
/** Milliseconds between the start of the clocks and of the run. */
const MARGIN = 12_000

describe.each(widths)('with %d instances, %d of them without elections', (instances, unelected, duration) => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster(instances, { midnightIn: MARGIN + duration * 500, unelected })
  })
  afterAll(() => cluster.stop())

  test(
    `Every acknowledged answer holds, whichever process dies (seed ${seed})`,
    async () => {
      const milliseconds = duration * 1_000
      const takeovers: number[] = []
      const common = { cluster, seed, milliseconds, takeovers }
      const { anomalies, harms, counts } = await judgeRun<Harm>({
        bank: cluster,
        seed,
        milliseconds,
        pause: PAUSE,
        doHarm: async (accounts, seen) => {
          const harms = await doHarm({ ...common, accounts }, seen)
          await aScheduleRan(cluster)
          return harms
        },
      })
      if (chosen !== undefined)
        console.info(
          JSON.stringify(
            { ...counts, slowestTakeover: Math.max(...takeovers), harms: Object.groupBy(harms, (harm) => harm) },
            (_name, value) => (Array.isArray(value) ? value.length : value),
          ),
        )
      expect(anomalies).toEqual([])
      expect(counts.answers).toBeGreaterThan(50)
      expect(counts.reads).toBeGreaterThan(5)
      expect(counts.events).toBeGreaterThan(50)
      expect(counts.runs).toBeGreaterThan(0)
      expect(new Set(harms)).toEqual(new Set(harmsOf(milliseconds)))
      await withDatabase(cluster.databaseUrl, async (database) => {
        expect(await brokenInvariants(database)).toEqual([])
        expect(await verifyLedger(database)).toMatchObject({ sound: true })
      })
    },
    duration * 1_000 + 600_000,
  )
})

/** On a busy machine clients may not have created a schedule that is due during the run. */
const aScheduleRan = ({ databaseUrl }: Cluster): Promise<unknown> =>
  withDatabase(databaseUrl, (database) =>
    until(async () => (await database.operation.count({ where: { name: 'runSchedule' } })) > 0),
  )

describe('checker', () => {
  let database: TestDatabase
  let bank: StoppableBank
  beforeAll(async () => {
    database = await createDatabase('migrated')
    bank = await startBankOn(database.url, 1)
  })
  afterAll(async () => {
    await bank.stop()
    await database.drop()
  })

  test.each<[PlantedBug, RegExp]>([
    ['lost ack', /was acknowledged and is lost|was told/],
    ['double apply', /was never asked for/],
    ['stale read', /a read began after/],
    ['lost event', /missed event/],
  ])('The checker catches a planted bug: %s', async (bug, expected) => {
    let found = false
    // On a busy machine a round may be too short to show the bug.
    for (let round = 1; !found; round += 1) {
      const { anomalies } = await judgeRun({ bank, ...ROUND, bug, seed: `${seed} ${bug} ${round}` })
      found = anomalies.some((anomaly) => expected.test(anomaly))
    }
  })

  test('The checker finds nothing without a planted bug', async () => {
    expect((await judgeRun({ bank, ...ROUND, seed: `${seed} sound` })).anomalies).toEqual([])
  })
})
