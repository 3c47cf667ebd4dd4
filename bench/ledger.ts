/**
 * `npm run bench -- ledger`: compares the ledger's group commit with one interactive Prisma
 * transaction per transfer, on the same server and pool, in the same run. Flags: --seconds 4
 * --accounts 10000 --in-flight 64,256
 */
import { parseArgs } from 'node:util'
import type { PrismaClient } from '../prisma/generated/client.ts'
import { migrate } from '../prisma/migrate.ts'
import { openLedgerDatabase } from '../subgraphs/banking/database/open.ts'
import { withDatabase } from './common/database.ts'
import { anyOf, pairOf } from './common/draw.ts'
import { createBaseline } from './ledger/baseline.ts'
import { createGroupCommitLedger } from './ledger/contestant.ts'
import { type Move, measureAlone, measureLoad } from './ledger/load.ts'
import { durabilityLine, type LoadResult, reportAlone, reportLoads } from './ledger/report.ts'

const CONNECTIONS = 10

export async function run(flags: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      seconds: { type: 'string', default: '4' },
      accounts: { type: 'string', default: '10000' },
      'in-flight': { type: 'string', default: '64,256' },
    },
  })
  const milliseconds = Number(values.seconds) * 1_000
  const loads = values['in-flight'].split(',').map(Number)
  await withDatabase(({ url }) => compare(url, Number(values.accounts), loads, milliseconds))
}

async function compare(url: string, accounts: number, loads: readonly number[], milliseconds: number): Promise<void> {
  await migrate(url)
  const ledgerDatabase = openLedgerDatabase({ url, connections: CONNECTIONS, connectTimeout: 60_000 })
  const { prisma: database } = ledgerDatabase
  try {
    const ledger = await createGroupCommitLedger(ledgerDatabase, accounts)
    const baseline = await createBaseline(ledgerDatabase, ledger.accounts)
    await database.$executeRaw`ANALYZE`
    console.log(await durabilityLine(database))

    const results: LoadResult[] = []
    for (const pattern of patterns(ledger.accounts)) {
      for (const inFlight of loads) {
        const measure = (move: Move) => measureLoad({ move, pick: pattern.pick, inFlight, milliseconds })
        results.push({
          pattern: pattern.name,
          inFlight,
          baseline: await measure(baseline.move),
          ledger: await measure(ledger.move),
        })
      }
    }
    console.log(reportLoads(results))
    console.log(
      reportAlone(
        await measureAlone(baseline.insertOneRow),
        await measureAlone(() => ledger.move(...pairOf(ledger.accounts))),
      ),
    )
    await checkBooks(database)
  } finally {
    await ledgerDatabase.close()
  }
}

/** Between random accounts, or all to one account. */
function patterns(accounts: readonly string[]): { name: string; pick: () => [string, string] }[] {
  const [hot = ''] = accounts
  const others = accounts.slice(1)
  return [
    { name: 'uniform', pick: () => pairOf(accounts) },
    { name: 'hot account', pick: () => [anyOf(others), hot] },
  ]
}

/** Checks that no money was lost. */
async function checkBooks(database: PrismaClient): Promise<void> {
  const [books] = await database.$queryRaw<{ wrong: bigint; gaps: bigint }[]>`
    SELECT (SELECT count(*) FROM accounts a WHERE a.credits_posted - a.debits_posted <>
             COALESCE((SELECT sum(e.amount) FROM entries e WHERE e.account_id = a.id), 0)) AS wrong,
           (SELECT max(sequence) - count(*) FROM outbox) AS gaps`
  if (books?.wrong !== 0n || books.gaps !== 0n) throw new Error(`The books do not balance: ${JSON.stringify(books)}`)
  console.log('Every balance is the sum of its entries, and the outbox has no gap.')
}
