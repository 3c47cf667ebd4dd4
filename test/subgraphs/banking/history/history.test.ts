/**
 * Linearizability under fire, after Jepsen's bank test: with two to four instances on one database,
 * as the seed says, and with three of which one is of the version before elections. Each run goes
 * on until every harm was done, 30 s at the least. Subscribers follow every account meanwhile: what
 * they were told is compared with the outbox. `HISTORY_SEED` repeats a run, `HISTORY_SECONDS` makes
 * it longer, `HISTORY_INSTANCES` is the only width then, and `HISTORY_UNELECTED` how many of these
 * take no part in elections.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { brokenInvariants } from '../support/books.ts'
import type { PlantedBug } from './clients.ts'
import { type Cluster, type ClusterOptions, startCluster } from './cluster.ts'
import { createDraw } from './draw.ts'
import { type JudgedRun, judgeRun, withDatabase } from './judge.ts'
import { doHarm, type Harm, harmsOf } from './nemesis.ts'

const seed = process.env['HISTORY_SEED'] ?? randomUUID().slice(0, 8)
const seconds = Number(process.env['HISTORY_SECONDS'] ?? 20)
const chosen = process.env['HISTORY_INSTANCES']
const widths: readonly [instances: number, unelected: number, seconds: number][] =
  chosen === undefined ? [drawn()] : [[Number(chosen), Number(process.env['HISTORY_UNELECTED'] ?? 0), seconds]]

/** All of today's version, or one of before the election among them. */
function drawn(): [instances: number, unelected: number, seconds: number] {
  const isMixed = createDraw(`${seed} mixed`).below(2) === 1
  return isMixed ? [3, 1, seconds] : [2 + createDraw(`${seed} instances`).below(3), 0, seconds]
}

/** How the checker looks for a planted bug, again and again. */
const ROUND = { milliseconds: 1_000, holdSeconds: 1 }
/** From the start of the clocks to that of the run, in milliseconds. */
const MARGIN = 12_000

let cluster: Cluster

async function start(instances: number, options: ClusterOptions = {}): Promise<void> {
  cluster = await startCluster(instances, options)
}

const stop = () => cluster.stop()

/** One run on accounts of its own, judged. */
async function judged({ milliseconds, seed, ...more }: Omit<JudgedRun<Harm>, 'bank'>, harm: boolean) {
  const takeovers: number[] = []
  const common = { cluster, seed, milliseconds, takeovers }
  const judgement = await judgeRun({
    bank: cluster,
    seed,
    milliseconds,
    ...more,
    ...(harm && { doHarm: (accounts, anomalies) => doHarm({ ...common, accounts }, anomalies) }),
  })
  return { ...judgement, takeovers }
}

describe.each(widths)('with %d instances, %d of them of before the election', (instances, unelected, duration) => {
  beforeAll(() => start(instances, { midnightIn: MARGIN + duration * 500, unelected }))
  afterAll(stop)

  test(
    `Every acknowledged answer holds, whatever process dies (seed ${seed})`,
    async () => {
      const milliseconds = duration * 1_000
      const { anomalies, harms, counts, takeovers } = await judged({ milliseconds, seed }, true)
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
      const { anomalies } = await judged({ ...ROUND, bug, seed: `${seed} ${bug} ${round}` }, false)
      found = anomalies.some((anomaly) => expected.test(anomaly))
    }
  })

  test('The checker finds nothing where no bug is planted', async () => {
    expect((await judged({ ...ROUND, seed: `${seed} sound` }, false)).anomalies).toEqual([])
  })
})
