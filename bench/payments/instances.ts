/**
 * Compares several instances of banking with one, each behind a gateway and on a database of its
 * own, on the same server and in turn: payments, and reads.
 */
import { Client } from 'pg'
import type { EmbeddedDatabase } from '../../prisma/embedded.ts'
import { openDatabase } from '../../subgraphs/banking/database/open.ts'
import { type IdentityProvider, startIdentityProvider } from '../../test/support/identity-provider.ts'
import { type Bank, openBank } from './bank.ts'
import { checkLedger } from './check.ts'
import type { Payment } from './clients.ts'
import { type Contestant, startTributary } from './contestants.ts'
import { type Measured, measure } from './measure.ts'
import { openReaders } from './readers.ts'
import { mediansOf } from './report.ts'

/** Payments: the least ratio to the rate of one instance. */
const RATE = 0.9
/** Reads: the greatest ratio to the CPU of one instance, all processes together. */
const READ_CPU = 1.1

/** As they are given. */
export interface Flags {
  readonly rounds: string
  readonly seconds: string
  readonly warm: string
  readonly clients: string
  readonly accounts: string
}

/** One configuration, with its measurements. */
interface Side {
  readonly instances: number
  readonly databaseUrl: string
  readonly bank: Bank
  readonly contestant: Contestant
  readonly paid: Payment[]
}

export async function compareInstances(
  server: EmbeddedDatabase,
  folder: string,
  instances: number,
  flags: Flags,
): Promise<void> {
  const provider = await startIdentityProvider()
  const sides: Side[] = []
  try {
    for (const count of [1, instances]) sides.push(await startSide(count, server.url, folder, provider, flags))
    for (const clients of flags.clients.split(',').map(Number)) {
      const [payments, reads] = [sides.map((): Measured[] => []), sides.map((): Measured[] => [])]
      const common = { clients, seconds: Number(flags.seconds), postgres: server.pid }
      // Alternates, so that other load on the machine affects both alike.
      for (let round = 0; round < Number(flags.rounds); round += 1)
        for (const [at, { contestant, bank, paid, instances: count }] of sides.entries()) {
          const onPaid = (made: readonly Payment[]) => void paid.push(...made)
          // Each process compiles its own code, so that each needs as many requests as the one.
          const options = { ...common, bank, onPaid, warm: Number(flags.warm) * count }
          payments[at]?.push(await measure(contestant, options))
          reads[at]?.push(await measure(contestant, { ...options, open: openReaders }))
        }
      console.log(reportOf(sides, `payments, ${clients} clients`, payments))
      console.log(reportOf(sides, `reads, ${clients} clients`, reads))
      console.log(verdictsOf(instances, payments, reads))
    }
    for (const side of sides) await check(side)
  } finally {
    await Promise.all(sides.flatMap(({ contestant: { gateway, service } }) => [gateway.stop(), service.stop()]))
    await provider.close()
  }
}

async function startSide(
  instances: number,
  serverUrl: string,
  folder: string,
  provider: IdentityProvider,
  { accounts }: Flags,
): Promise<Side> {
  const name = `instances_${instances}`
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`).finally(() => client.end())
  const databaseUrl = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href
  const bank = await openBank(databaseUrl, provider, Number(accounts))
  const contestant = await startTributary({ folder, databaseUrl, provider }, instances)
  return { instances, databaseUrl, bank, contestant, paid: [] }
}

/** @throws Error if a payment was lost or made twice, or the books are wrong */
async function check({ databaseUrl, paid, instances }: Side): Promise<void> {
  const database = openDatabase({ url: databaseUrl, connections: 4, connectTimeout: 60_000 })
  await checkLedger(database, paid).finally(() => database.$disconnect())
  console.log(`Instances: ${instances}. Each of ${paid.length} acknowledged payments exists once; the books are right.`)
}

const cpuOf = ({ cpu }: Measured): number => cpu.gateway + cpu.service + cpu.postgres

function reportOf(sides: readonly Side[], what: string, rounds: readonly (readonly Measured[])[]): string {
  const lines = sides.map(({ instances }, at) => {
    const measured = mediansOf(rounds[at] ?? [])
    const { perSecond, p50, p99, cpu } = measured
    const figures = [cpu.gateway, cpu.service, cpu.postgres, cpuOf(measured)].map((of) => of.toFixed(0))
    const [gateway, service, postgres, all] = figures
    return `  ${instances} of banking: ${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms; CPU of each: gateway ${gateway} µs, banking ${service} µs, PostgreSQL ${postgres} µs, all ${all} µs`
  })
  return `${what}\n${lines.join('\n')}`
}

function verdictsOf(
  instances: number,
  payments: readonly (readonly Measured[])[],
  reads: readonly (readonly Measured[])[],
): string {
  const [one, several] = payments.map(mediansOf) as [Measured, Measured]
  const [readOne, readSeveral] = reads.map(mediansOf) as [Measured, Measured]
  const rate = several.perSecond / one.perSecond
  const cpu = cpuOf(readSeveral) / cpuOf(readOne)
  const told = (isMet: boolean): string => (isMet ? 'met' : 'missed')
  return [
    `Targets: ${instances} instances beside one`,
    `  payments/s         ${rate.toFixed(2)}×  ≥ ${RATE}×: ${told(rate >= RATE)}`,
    `  CPU of a read      ${cpu.toFixed(2)}×  ≤ ${READ_CPU}×: ${told(cpu <= READ_CPU)}`,
    `  CPU of a payment   ${(cpuOf(several) / cpuOf(one)).toFixed(2)}×`,
  ].join('\n')
}
