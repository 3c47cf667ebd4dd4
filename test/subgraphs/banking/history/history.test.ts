/**
 * Linearizability under fire, after Jepsen's bank test. `HISTORY_SEED` repeats a run, `HISTORY_SECONDS` makes it longer,
 * `HISTORY_INSTANCES` wider.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { verifyAudit } from '../../../../subgraphs/banking/audit/verify.ts'
import { openDatabase } from '../../../../subgraphs/banking/database.ts'
import { openBank } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'
import { findAnomalies } from './check.ts'
import { type PlantedBug, type Run, runClients } from './clients.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { doHarm } from './nemesis.ts'

const seed = process.env['HISTORY_SEED'] ?? randomUUID().slice(0, 8)
const seconds = Number(process.env['HISTORY_SECONDS'] ?? 30)
const instances = Number(process.env['HISTORY_INSTANCES'] ?? 2)
const HOLD_SECONDS = 3
const OPENING = 500n

let cluster: Cluster
let database: PrismaClient

beforeAll(async () => {
  cluster = await startCluster(instances)
  database = openDatabase({ url: cluster.databaseUrl, connections: 2 })
}, 60_000)
afterAll(async () => {
  await database.$disconnect()
  await cluster.stop()
}, 60_000)

/** One run on accounts of its own, judged. */
async function judged(options: Partial<Run> & { readonly milliseconds: number }, harm: boolean) {
  const bank = openBank(cluster.databaseUrl)
  const accounts = await Promise.all(Array.from({ length: 5 }, () => bank.open({ balance: OPENING })))
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

test(
  `whatever dies, what was told stays true (seed ${seed})`,
  async () => {
    const { anomalies, harms, answered, reads } = await judged({ milliseconds: seconds * 1_000 }, true)
    expect(anomalies).toEqual([])
    expect(answered).toBeGreaterThan(50)
    expect(reads).toBeGreaterThan(5)
    expect(harms.length).toBeGreaterThan(2)
    expect(await brokenInvariants(database)).toEqual([])
    expect(await verifyAudit(database)).toMatchObject({ sound: true })
  },
  seconds * 1_000 + 120_000,
)

test.each<[PlantedBug, RegExp]>([
  ['lost ack', /was acknowledged and is lost|was told/],
  ['double apply', /was never asked for/],
  ['stale read', /a read began after/],
])(
  'the checker catches a planted bug: %s',
  async (bug, expected) => {
    const { anomalies } = await judged({ milliseconds: 2_500, bug, seed: `${seed} ${bug}` }, false)
    expect(anomalies.some((anomaly) => expected.test(anomaly))).toBe(true)
  },
  60_000,
)
