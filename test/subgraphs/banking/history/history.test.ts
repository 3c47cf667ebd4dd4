/**
 * Linearizability under fire, after Jepsen's bank test: 60 s with two instances on one database, half as long with four.
 * `HISTORY_SEED` repeats a run, `HISTORY_SECONDS` makes it longer, `HISTORY_INSTANCES` is the only width then.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { openDatabase } from '../../../../subgraphs/banking/database.ts'
import { until } from '../../../support/processes.ts'
import { openBank } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'
import { findAnomalies } from './check.ts'
import { type PlantedBug, type Run, runClients } from './clients.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { doHarm, HARMS } from './nemesis.ts'

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

let cluster: Cluster
let database: PrismaClient

async function start(instances: number): Promise<void> {
  cluster = await startCluster(instances)
  database = openDatabase({ url: cluster.databaseUrl, connections: 2 })
}

async function stop(): Promise<void> {
  await database.$disconnect()
  await cluster.stop()
}

/** One run on accounts of its own, judged. */
async function judged(options: Partial<Run> & { readonly milliseconds: number }, harm: boolean) {
  // Holds of a run before this one would expire into its log.
  await until('no hold is open', async () => (await database.transfer.count({ where: { status: 'PENDING' } })) === 0)
  const bank = openBank(cluster.databaseUrl)
  const accounts = await Promise.all(Array.from({ length: 5 }, () => bank.open({ owner: 'officer', balance: OPENING })))
  await bank.close()
  const { lastOperation } = await database.ledger.findUniqueOrThrow({ where: { id: 1 } })
  const run: Run = { cluster, accounts, seed, clients: 8, holdSeconds: HOLD_SECONDS, ...options }
  const [history, harms] = await Promise.all([
    runClients(run),
    harm ? doHarm(cluster, seed, options.milliseconds) : Promise.resolve([]),
  ])
  const log = await database.operation.findMany({
    where: { number: { gt: lastOperation } },
    orderBy: { number: 'asc' },
  })
  const anomalies = findAnomalies({
    history,
    log: log.map((line) => ({ ...line, at: line.at.toISOString() })),
    opening: new Map(accounts.map((id) => [id, OPENING])),
    holdSeconds: HOLD_SECONDS,
  })
  return { anomalies, harms, answered: history.acknowledged.length, reads: history.reads.length }
}

describe.each(widths)('with %d instances', (instances, duration) => {
  beforeAll(() => start(instances))
  afterAll(stop)

  test(
    `whatever dies, what was told stays true (seed ${seed})`,
    async () => {
      const { anomalies, harms, answered, reads } = await judged({ milliseconds: duration * 1_000 }, true)
      if (chosen !== undefined)
        console.info(`${answered} answers, ${reads} whole reads, ${harms.length} harms: ${harms}`)
      expect(anomalies).toEqual([])
      expect(answered).toBeGreaterThan(50)
      expect(reads).toBeGreaterThan(5)
      expect(new Set(harms)).toEqual(new Set(HARMS))
      expect(await brokenInvariants(database)).toEqual([])
      expect(await verifyLedger(database)).toMatchObject({ sound: true })
    },
    duration * 1_000 + 120_000,
  )
})

describe('the checker', () => {
  beforeAll(() => start(2))
  afterAll(stop)

  test.each<[PlantedBug, RegExp]>([
    ['lost ack', /was acknowledged and is lost|was told/],
    ['double apply', /was never asked for/],
    ['stale read', /a read began after/],
  ])('catches a planted bug: %s', async (bug, expected) => {
    let found = false
    // A busy machine may do too little in a round for the bug to show.
    for (let round = 1; !found; round += 1) {
      const { anomalies } = await judged({ milliseconds: 2_500, bug, seed: `${seed} ${bug} ${round}` }, false)
      found = anomalies.some((anomaly) => expected.test(anomaly))
    }
  })

  test('finds nothing where no bug is planted', async () => {
    expect((await judged({ milliseconds: 2_500, seed: `${seed} sound` }, false)).anomalies).toEqual([])
  })
})
