/**
 * `npm run bench -- standbys`: the cost of a standby to the ledger, and its lag under that load.
 * One primary, alone and with a standby on the same machine and disk, in the same run. Flags:
 * --seconds 3 --accounts 1000 --in-flight 64 --rounds 3
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createLogger } from '../platform/process/log.ts'
import { migrate } from '../prisma/migrate.ts'
import { type LedgerDatabase, openLedgerDatabase } from '../subgraphs/banking/database/open.ts'
import { openStandbys } from '../subgraphs/banking/replicas/standbys.ts'
import { startServers, type TestServer, urlOf } from '../test/support/servers.ts'
import { until } from '../test/support/until.ts'
import { pairOf } from './common/draw.ts'
import { median, percentile } from './common/statistics.ts'
import { createGroupCommitLedger } from './ledger/contestant.ts'
import { type Measured, type Move, measureAlone, measureLoad } from './ledger/load.ts'
import { durabilityLine } from './ledger/report.ts'

type Mode = 'alone' | 'asynchronous' | 'synchronous' | 'synchronous, applied'

/** Settings of the primary. */
const settings: Readonly<Record<Mode, readonly string[]>> = {
  alone: ["synchronous_standby_names = ''", 'synchronous_commit = on'],
  asynchronous: ["synchronous_standby_names = ''", 'synchronous_commit = on'],
  synchronous: ["synchronous_standby_names = 'standby'", 'synchronous_commit = on'],
  'synchronous, applied': ["synchronous_standby_names = 'standby'", 'synchronous_commit = remote_apply'],
}

interface Figures {
  readonly load: Measured
  readonly alone: Measured
  /** Milliseconds that the standby was behind, as an instance sees it. */
  readonly lags: readonly number[]
}

export async function run(flags: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      seconds: { type: 'string', default: '3' },
      accounts: { type: 'string', default: '1000' },
      'in-flight': { type: 'string', default: '64' },
      rounds: { type: 'string', default: '3' },
    },
  })
  const { servers, stop } = await startServers(2)
  const [primary, standby] = servers as readonly [TestServer, TestServer]
  let database: LedgerDatabase | undefined
  try {
    for (const server of servers) await set(server, ['fsync = on'])
    const url = urlOf([primary.port])
    await migrate(url)
    database = openLedgerDatabase({ url, connections: 4, connectTimeout: 60_000 })
    console.log(await durabilityLine(database.prisma))
    const { accounts, move } = await createGroupCommitLedger(database, Number(values.accounts))
    const load = {
      pick: () => pairOf(accounts),
      inFlight: Number(values['in-flight']),
      milliseconds: Number(values.seconds) * 1_000,
    }
    const figures = new Map<Mode, Figures[]>()
    for (let round = 0; round < Number(values.rounds); round += 1)
      for (const mode of Object.keys(settings) as Mode[]) {
        await enter(mode, primary, standby)
        const found = await measure(database, standby, { ...load, move })
        figures.set(mode, [...(figures.get(mode) ?? []), found])
      }
    for (const [mode, found] of figures) console.log(lineOf(mode, found))
  } finally {
    await database?.close()
    await stop()
  }
}

async function set(server: TestServer, assignments: readonly string[]): Promise<void> {
  for (const assignment of assignments) await server.query(`ALTER SYSTEM SET ${assignment}`)
  await server.query('SELECT pg_reload_conf()')
}

async function enter(mode: Mode, primary: TestServer, standby: TestServer): Promise<void> {
  await (mode === 'alone' ? standby.stop() : standby.start())
  if (mode !== 'alone')
    await until(
      async () => (await primary.query(`SELECT FROM pg_stat_replication WHERE state = 'streaming'`)).length > 0,
    )
  await set(primary, settings[mode])
}

async function measure(
  { prisma }: LedgerDatabase,
  standby: TestServer,
  load: { readonly move: Move; readonly pick: () => [string, string]; inFlight: number; milliseconds: number },
): Promise<Figures> {
  const log = createLogger('bench', 'warn')
  const standbys = openStandbys({ url: urlOf([standby.port]), primary: prisma, maxLag: 1, log, onRead: () => {} })
  const lags: number[] = []
  let isOver = false
  const watching = (async () => {
    for (; !isOver; await sleep(100)) {
      await standbys.look()
      lags.push(...[...standbys.lags().values()].flatMap((lag) => lag ?? []))
    }
  })()
  const loaded = await measureLoad(load)
  isOver = true
  await watching
  await standbys.close()
  return { load: loaded, alone: await measureAlone(() => load.move(...load.pick())), lags }
}

function lineOf(mode: Mode, found: readonly Figures[]): string {
  const range = (of: (figures: Figures) => number, digits = 0): string => {
    const figures = found.map(of)
    const [least, most] = [Math.min(...figures), Math.max(...figures)]
    return `${median(figures).toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`
  }
  const lags = found.flatMap(({ lags }) => lags)
  const behind =
    lags.length === 0 ? '' : `; behind: median ${median(lags).toFixed(0)} ms, most ${percentile(lags, 1).toFixed(0)} ms`
  return (
    `${mode}: ${range(({ load }) => load.perSecond)} transfers/s, p99 ${range(({ load }) => load.p99)} ms; ` +
    `one alone ${range(({ alone }) => alone.p50, 1)} ms${behind}`
  )
}
