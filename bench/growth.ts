/**
 * `npm run bench -- growth`: what a transfer costs PostgreSQL in an empty ledger and behind a long
 * history, on one durable server. Linux only. Flags: --transfers 10000000 --accounts 10000
 * --in-flight 256 --measured 300000
 */
import { parseArgs } from 'node:util'
import type { EmbeddedDatabase } from '../prisma/embedded.ts'
import { migrate } from '../prisma/migrate.ts'
import { openLedgerDatabase } from '../subgraphs/banking/database/open.ts'
import { startDatabase } from './common/database.ts'
import { pairOf } from './common/draw.ts'
import { withFolder } from './common/folder.ts'
import { writeHistory } from './growth/history.ts'
import { type Cost, measureCost } from './growth/measure.ts'
import { createGroupCommitLedger, ledgerOn } from './ledger/contestant.ts'
import { durabilityLine } from './ledger/report.ts'

const CONNECTIONS = 3
const TARGET = 1.3 // times the empty ledger's

export async function run(flags: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      transfers: { type: 'string', default: '10000000' },
      accounts: { type: 'string', default: '10000' },
      'in-flight': { type: 'string', default: '256' },
      measured: { type: 'string', default: '300000' },
    },
  })
  const { transfers, accounts, 'in-flight': inFlight, measured } = values
  await withFolder((folder) => compare(folder, Number(transfers), Number(accounts), Number(inFlight), Number(measured)))
}

async function compare(
  folder: string,
  wanted: number,
  accountCount: number,
  inFlight: number,
  measured: number,
): Promise<void> {
  let server = await startDatabase(folder)
  try {
    await migrate(server.url)
    const accounts = await openAccounts(server.url, accountCount)
    const measure = async (): Promise<Cost> => {
      // A restart ends with a checkpoint, so that both begin with the same cost of page images.
      await server.stop()
      server = await startDatabase(folder)
      return measureLedger(server, accounts, inFlight, measured)
    }
    const empty = await measure()
    console.log(line('empty ledger', empty))
    const begun = performance.now()
    const transfers = await writeHistory(server.url, { accounts, transfers: wanted })
    console.log(`${transfers} transfers written in ${((performance.now() - begun) / 1_000).toFixed(0)} s`)
    const grown = await measure()
    console.log(line(`behind ${transfers}`, grown))
    console.log(verdict('CPU', grown.cpu / empty.cpu))
    console.log(verdict('WAL', grown.wal / empty.wal))
  } finally {
    await server.stop()
  }
}

async function openAccounts(url: string, count: number): Promise<readonly string[]> {
  const database = openLedgerDatabase({ url, connections: CONNECTIONS, connectTimeout: 60_000 })
  try {
    console.log(await durabilityLine(database.prisma))
    const { accounts } = await createGroupCommitLedger(database, count)
    return accounts.toSorted()
  } finally {
    await database.close()
  }
}

async function measureLedger(
  { url, pid }: EmbeddedDatabase,
  accounts: readonly string[],
  inFlight: number,
  transfers: number,
): Promise<Cost> {
  const database = openLedgerDatabase({ url, connections: CONNECTIONS, connectTimeout: 60_000 })
  try {
    const { move } = ledgerOn(database)
    const amount = () => BigInt(1 + Math.floor(Math.random() * 5_000))
    const load = {
      move: (from: string, to: string) => move(from, to, amount()),
      pick: () => pairOf(accounts),
      inFlight,
      transfers,
    }
    return await measureCost(database.prisma, pid, load)
  } finally {
    await database.close()
  }
}

const line = (name: string, { perSecond, cpu, wal, images }: Cost): string =>
  `${name}: ${perSecond.toFixed(0)} transfers/s; PostgreSQL ${cpu.toFixed(0)} µs and ${wal.toFixed(0)} bytes of WAL ` +
  `per transfer, ${images.toFixed(2)} page images`

const verdict = (what: string, ratio: number): string =>
  `${what} per transfer: ${ratio.toFixed(2)} times the empty ledger's; target ${TARGET}: ${ratio <= TARGET ? 'met' : 'missed'}`
