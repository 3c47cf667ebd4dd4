/**
 * `npm run bench -- reads`: pages of an account with a million entries, with the service's own
 * queries: time in the database, planning included, and time of the caller. Flags: --pages 400
 */
import { parseArgs } from 'node:util'
import { Prisma, type PrismaClient } from '../prisma/generated/client.ts'
import { migrate } from '../prisma/migrate.ts'
import { openDatabase } from '../subgraphs/banking/database/open.ts'
import { type EntryFilter, type EntryPageKey, entriesQuery, readEntryPages } from '../subgraphs/banking/entries/read.ts'
import { ENTRIES, writeMillion } from '../test/subgraphs/banking/reads/million.ts'
import { withDatabase } from './common/database.ts'
import { below } from './common/draw.ts'
import { percentile } from './common/statistics.ts'
import { durabilityLine } from './ledger/report.ts'

const TARGET = 3 // milliseconds in the database
const ROWS = 21 // a page of 20, and one more that shows whether there is a next page
const START = Date.parse('2020-01-01T00:00:00Z')
const HOUR = 3_600_000

/** The questions, with a new value each time, so that no page is read twice in a row. */
const questions: Readonly<Record<string, () => { before?: string; filter?: EntryFilter }>> = {
  'the newest page': () => ({}),
  'a page behind a cursor': () => ({ before: `${1 + below(ENTRIES)}` }),
  'of one direction': () => ({ before: `${1 + below(ENTRIES)}`, filter: { direction: 'CREDIT' } }),
  'of an hour': () => {
    const from = START + below(1_000) * HOUR
    return { filter: { from: new Date(from), to: new Date(from + HOUR) } }
  },
  'of a range of amounts': () => {
    const least = BigInt(1 + below(4_000))
    return { filter: { minAmount: least, maxAmount: least + 500n } }
  },
  'at a merchant': () => ({ filter: { merchant: `merchant-${below(200)}` } }),
  'of a category': () => ({ filter: { category: `category-${below(20)}` } }),
  'with a rare text': () => ({ filter: { text: `Invoice ${100_000 + 10 * below(80_000)}` } }),
}

export async function run(flags: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...flags], options: { pages: { type: 'string', default: '400' } } })
  await withDatabase(({ url }) => measure(url, Number(values.pages)))
}

async function measure(url: string, pages: number): Promise<void> {
  await migrate(url)
  const { account } = await writeMillion(url)
  const database = openDatabase({ url, connections: 1, connectTimeout: 60_000 })
  try {
    console.log(await durabilityLine(database))
    console.log(
      `A page of ${ROWS - 1} of ${ENTRIES} entries, ${pages} times each, milliseconds; target: under ${TARGET}`,
    )
    console.log(line('', 'database p50', 'database p99', 'caller p50', 'caller p99'))
    for (const [name, question] of Object.entries(questions)) {
      const key = (): EntryPageKey => ({ accountId: account, limit: ROWS, before: null, filter: {}, ...question() })
      const inDatabase = await times(pages, () => timeInDatabase(database, key()))
      const waited = await times(pages, () => timed(() => readEntryPages(database, [key()])))
      const verdict = percentile(inDatabase, 0.99) < TARGET ? '' : `  over ${TARGET} ms`
      const figures = [inDatabase, waited].flatMap((list) => [percentile(list, 0.5), percentile(list, 0.99)])
      console.log(line(name, ...figures.map((figure) => figure.toFixed(2))) + verdict)
    }
  } finally {
    await database.$disconnect()
  }
}

interface Explained {
  readonly 'Planning Time': number
  readonly 'Execution Time': number
}

/**
 * PostgreSQL's planning and execution time. Timing of single steps is off: it would cost more than
 * they do.
 */
async function timeInDatabase(database: PrismaClient, key: EntryPageKey): Promise<number> {
  const [row] = await database.$queryRaw<[{ 'QUERY PLAN': readonly [Explained] }]>(
    Prisma.sql`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${entriesQuery([key])}`,
  )
  const [explained] = row['QUERY PLAN']
  return explained['Planning Time'] + explained['Execution Time']
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function times(count: number, measure: () => Promise<number>): Promise<number[]> {
  const list: number[] = []
  for (let at = 0; at < count; at += 1) list.push(await measure())
  return list
}

const line = (name: string, ...figures: readonly string[]): string =>
  name.padEnd(24) + figures.map((figure) => figure.padStart(14)).join('')
