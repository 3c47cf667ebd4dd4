/** One checked run of clients and subscribers on new accounts, with or without faults. */
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { openDatabase } from '../../../../subgraphs/banking/database/open.ts'
import { until } from '../../../support/until.ts'
import { openBank } from '../support/bank.ts'
import { findAnomalies } from './check.ts'
import { findEventAnomalies } from './check-events.ts'
import { type PlantedBug, type Run, runClients } from './clients.ts'
import type { Bank } from './cluster.ts'
import { lastOperation, readRecord } from './era.ts'
import type { History } from './history.ts'
import { startSubscribers } from './subscribers.ts'

interface JudgedRun<Harm> {
  readonly bank: Bank
  readonly seed: string
  /** Minimum duration; the run also lasts until all faults were injected. */
  readonly milliseconds: number
  readonly bug?: PlantedBug | undefined
  /** Seconds until holds expire. The end of a run waits for the last. */
  readonly holdSeconds?: number | undefined
  /** Maximum milliseconds between two requests of a client; by default 0. */
  readonly pause?: number | undefined
  /** @param anomalies gets the faults found meanwhile */
  readonly doHarm?: (accounts: readonly string[], anomalies: string[]) => Promise<Harm[]>
}

interface Judgement<Harm> {
  readonly anomalies: readonly string[]
  readonly harms: readonly Harm[]
  readonly history: History
  readonly counts: Readonly<Record<'answers' | 'reads' | 'events' | 'segments' | 'runs', number>>
}

const HOLD_SECONDS = 3
const OPENING = 500n
/** Milliseconds by which a trusted clock may be ahead of the true time. */
const TRUSTED = 10_000

export async function judgeRun<Harm>(options: JudgedRun<Harm>): Promise<Judgement<Harm>> {
  const { bank, seed, milliseconds, bug, holdSeconds = HOLD_SECONDS, pause = 0, doHarm } = options
  const accounts = await openAccounts(bank.databaseUrl)
  const before = await lastOperation(bank.databaseUrl)
  const common = { cluster: bank, accounts, seed }
  const subscribers = await startSubscribers({ ...common, losesEvents: bug === 'lost event' })
  const anomalies: string[] = []
  let isHarming = doHarm !== undefined
  // A timeout of a wait is an anomaly too; the history so far is still checked.
  const inVain = (error: Error): [] => {
    anomalies.push(error.message)
    return []
  }
  const harming = doHarm?.(accounts, anomalies).catch(inVain) ?? Promise.resolve([])
  const end = Date.now() + milliseconds
  const isOver = (): boolean => Date.now() > end && !isHarming
  const settled = harming.finally(() => {
    isHarming = false
  })
  const run: Run = { ...common, isOver, clients: 8, holdSeconds, pause, ...(bug && { bug }) }
  const clients = runClients(run)
  // Whether or not the clients fail, no fault may be injected after this.
  await Promise.allSettled([clients, settled])
  const [history, harms] = await Promise.all([clients, settled])

  await restOfBank(bank.databaseUrl).catch(inVain)
  const eras = await Promise.all(bank.eras.map((era) => readRecord(era, before)))
  const lastOf = (account: string): bigint =>
    eras.at(-1)?.outbox.findLast(({ debit, credit }) => debit === account || credit === account)?.sequence ?? 0n
  await subscribers.stop(lastOf, bug === 'lost event' ? 2_000 : 60_000)
  const { segments } = subscribers
  const opening = new Map(accounts.map((id) => [id, OPENING]))
  const latest = new Date(Date.now() + TRUSTED).toISOString()
  anomalies.push(...findAnomalies({ history, eras, opening, holdSeconds, latest }))
  anomalies.push(...findEventAnomalies(segments, eras), ...bank.crashes)
  const counts = {
    answers: history.acknowledged.length,
    reads: history.reads.length,
    events: segments.reduce((sum, { events }) => sum + events.length, 0),
    segments: segments.length,
    runs: eras.at(-1)?.log.filter(({ name }) => name === 'runSchedule').length ?? 0,
  }
  return { anomalies, harms, history, counts }
}

async function openAccounts(databaseUrl: string): Promise<string[]> {
  const bank = openBank(databaseUrl)
  const accounts = await Promise.all(Array.from({ length: 5 }, () => bank.open({ owner: 'officer', balance: OPENING })))
  await bank.close()
  return accounts
}

/** Waits until nothing is due any more, which would appear in the log of this run or the next. */
async function restOfBank(databaseUrl: string): Promise<void> {
  await withDatabase(databaseUrl, async (database) => {
    const dueOn = () => ({ nextOn: { lte: new Date(Date.now()) } })
    await until(async () => (await database.schedule.count({ where: dueOn() })) === 0)
    await database.schedule.updateMany({ data: { nextOn: null } })
    await until(async () => (await database.transfer.count({ where: { status: 'PENDING' } })) === 0)
  })
}

export async function withDatabase<Value>(
  url: string,
  use: (database: PrismaClient) => Promise<Value>,
): Promise<Value> {
  const database = openDatabase({ url, connections: 2 })
  try {
    return await use(database)
  } finally {
    await database.$disconnect()
  }
}
