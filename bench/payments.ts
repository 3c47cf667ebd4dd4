/**
 * `npm run bench -- payments`: clients pay through gateway and banking with real tokens, everything
 * switched on; beside stock Apollo servers and one interactive Prisma transaction per transfer, on
 * the same hops and the same PostgreSQL. Prints rate, latency and CPU per transfer of each process,
 * and fails if a payment was lost. Flags: --rounds 3 --seconds 4 --warm 3 --clients 64,256
 * --accounts 10000 --against baseline (or none); --instances 4 compares four instances of banking
 * with one
 */
import { parseArgs } from 'node:util'
import type { EmbeddedDatabase } from '../prisma/embedded.ts'
import { openDatabase } from '../subgraphs/banking/database/open.ts'
import { startIdentityProvider } from '../test/support/identity-provider.ts'
import { withDatabase } from './common/database.ts'
import { durabilityLine } from './ledger/report.ts'
import { openBank } from './payments/bank.ts'
import { checkBaseline, checkLedger } from './payments/check.ts'
import type { Payment } from './payments/clients.ts'
import { type Contestant, startBaseline, startTributary } from './payments/contestants.ts'
import { compareInstances, type Flags } from './payments/instances.ts'
import { type Measured, measure } from './payments/measure.ts'
import { type Outcome, report, verdicts } from './payments/report.ts'

export async function run(flags: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
      warm: { type: 'string', default: '3' },
      clients: { type: 'string', default: '64,256' },
      accounts: { type: 'string', default: '10000' },
      against: { type: 'string', default: 'baseline' },
      instances: { type: 'string' },
    },
  })
  const { instances } = values
  await withDatabase((server, folder) =>
    instances === undefined
      ? compare(server, folder, values)
      : compareInstances(server, folder, Number(instances), values),
  )
}

async function compare(
  server: EmbeddedDatabase,
  folder: string,
  values: Flags & { readonly against: string },
): Promise<void> {
  const [seconds, warm, accounts] = [Number(values.seconds), Number(values.warm), Number(values.accounts)]
  const provider = await startIdentityProvider()
  const database = openDatabase({ url: server.url, connections: 4, connectTimeout: 60_000 })
  const contestants: Contestant[] = []
  try {
    const bank = await openBank(server.url, provider, accounts)
    console.log(await durabilityLine(database))
    const grounds = { folder, databaseUrl: server.url, provider }
    contestants.push(await startTributary(grounds))
    if (values.against === 'baseline') contestants.push(await startBaseline(grounds))
    const paid = { tributary: [] as Payment[], baseline: [] as Payment[] }
    const outcomes: Outcome[] = []
    for (const clients of values.clients.split(',').map(Number)) {
      const rounds = { tributary: [] as Measured[], baseline: [] as Measured[] }
      // Alternates, so that other load on the machine affects both alike.
      for (let round = 0; round < Number(values.rounds); round += 1)
        for (const contestant of contestants) {
          const onPaid = (payments: readonly Payment[]) => void paid[contestant.name].push(...payments)
          const options = { bank, clients, warm, seconds, postgres: server.pid, onPaid }
          rounds[contestant.name].push(await measure(contestant, options))
        }
      outcomes.push({ clients, rounds })
    }
    console.log(`${report(outcomes)}\n${verdicts(outcomes)}`)
    await checkLedger(database, paid.tributary)
    await checkBaseline(database, paid.baseline)
    console.log(`Each of ${paid.tributary.length} acknowledged payments exists once; books and audit chain are right.`)
  } finally {
    await Promise.all(contestants.flatMap(({ gateway, service }) => [gateway.stop(), service.stop()]))
    await database.$disconnect()
    await provider.close()
  }
}
