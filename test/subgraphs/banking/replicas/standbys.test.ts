/** A primary and a standby that lags, because the test pauses its replay. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { migrate } from '../../../../prisma/migrate.ts'
import { seed } from '../../../../prisma/seed.ts'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { openDatabase } from '../../../../subgraphs/banking/database/open.ts'
import type { Place } from '../../../../subgraphs/banking/database/past.ts'
import { openStandbys, type Standbys } from '../../../../subgraphs/banking/replicas/standbys.ts'
import { createDatabase } from '../../../support/database.ts'
import { log } from '../../../support/log.ts'
import { startServers, type TestServer, type TestServers, urlOf } from '../../../support/servers.ts'
import { signedGet } from '../../../support/signed-call.ts'
import { until } from '../../../support/until.ts'
import { openBank, type TestBank } from '../support/bank.ts'
import { startBanking, type TestService } from '../support/service.ts'

let all: TestServers
let primary: TestServer
let standby: TestServer
let bank: TestBank
beforeAll(async () => {
  all = await startServers(2)
  ;[primary, standby] = all.servers as [TestServer, TestServer]
  await migrate(all.url)
  await seed(all.url)
  bank = openBank(urlOf([primary.port]))
})
afterAll(async () => {
  await bank.close()
  await all.stop()
})
beforeEach(() => standby.query('SELECT pg_wal_replay_resume()'))

const open = (options: { url?: string; maxLag?: number } = {}): Standbys =>
  openStandbys({
    url: options.url ?? urlOf([standby.port]),
    primary: bank.database,
    maxLag: options.maxLag ?? 3_600_000,
    log,
    onRead: () => {},
  })
/** The server that serves a read up to `place`. */
const served = (standbys: Standbys, place: Place): Promise<number> => {
  const port = async (database: PrismaClient): Promise<number> =>
    (await database.$queryRaw<[{ port: number }]>`SELECT inet_server_port() AS port`)[0].port
  return standbys.read(place, port, () => port(bank.database))
}
const head = async (): Promise<{ sequence: bigint; at: Date }> => {
  const [row] = await bank.database.$queryRaw<[{ sequence: bigint; at: Date }]>`
    SELECT last_sequence AS sequence, last_at AS at FROM ledger`
  return row
}
const caughtUp = (standbys: Standbys): Promise<unknown> =>
  until(async () => {
    await standbys.look()
    return [...standbys.lags().values()].every((lag) => lag === 0)
  })

test('A standby serves reads up to a position that it has replayed, and none beyond', async () => {
  const standbys = open()
  expect(await served(standbys, 1n)).toBe(primary.port)
  await caughtUp(standbys)
  const before = await head()
  expect(await served(standbys, before.sequence + 1n)).toBe(standby.port)
  expect(await served(standbys, before.at)).toBe(standby.port)

  await standby.query('SELECT pg_wal_replay_pause()')
  await bank.open({ balance: 5n })
  const after = await head()
  await standbys.look()
  expect(await served(standbys, before.sequence + 1n)).toBe(standby.port)
  expect(await served(standbys, after.sequence + 1n)).toBe(primary.port)
  expect(await served(standbys, after.at)).toBe(primary.port)

  await standby.query('SELECT pg_wal_replay_resume()')
  await caughtUp(standbys)
  expect(await served(standbys, after.sequence + 1n)).toBe(standby.port)
  await standbys.close()
})

test('A standby that lags more than allowed serves nothing', async () => {
  const standbys = open({ maxLag: 1 })
  await caughtUp(standbys)
  expect(await served(standbys, 1n)).toBe(standby.port)
  await standby.query('SELECT pg_wal_replay_pause()')
  const { at } = await head()
  await until(async () => (await bank.open({ balance: 5n })) && (await head()).at.getTime() > at.getTime() + 1)
  await standbys.look()
  expect([...standbys.lags().values()][0]).toBeGreaterThan(1)
  expect(await served(standbys, 1n)).toBe(primary.port)
  await standbys.close()
})

test('A server that does not follow this ledger is never read from', async () => {
  const other = await createDatabase('migrated')
  const another = openBank(other.url)
  await another.open()
  await another.close()
  const standbys = open({ url: other.url })
  await standbys.look()
  expect([...standbys.lags().values()]).toEqual([undefined])
  expect(await served(standbys, 1n)).toBe(primary.port)
  await standbys.close()
  await other.drop()
})

test('Pages, statements and downloads are the same with a standby, which serves most of them', async () => {
  const plain = await startBanking(urlOf([primary.port]))
  const service = await startBanking(urlOf([primary.port]), { DATABASE_READ_URL: urlOf([standby.port]) })
  try {
    await until(async () => (await metric(service, 'tributary_standby_lag_seconds')) === 0)
    expect(await readEverything(service)).toEqual(await readEverything(plain))
    const [fromStandby = 0, fromPrimary = 0] = await Promise.all(
      ['standby', 'primary'].map((server) => metric(service, 'tributary_past_reads_total', `server="${server}"`)),
    )
    expect(fromStandby).toBeGreaterThan(5)
    expect(fromPrimary).toBe(0)

    await standby.stop()
    expect(await readEverything(service)).toEqual(await readEverything(plain))
    expect(await metric(service, 'tributary_past_reads_total', 'server="primary"')).toBeGreaterThan(5)
  } finally {
    await Promise.all([service.stop(), plain.stop()])
    await standby.start()
  }
})

test('A ledger is verified on a standby as on its primary', async () => {
  const database = openDatabase({ url: urlOf([standby.port]), connections: 2 })
  expect(await verifyLedger(database).finally(() => database.$disconnect())).toMatchObject({ sound: true })
})

async function metric({ url }: TestService, name: string, label = ''): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(label))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

/** All entries of an account by pages, a statement of its first half, and its download. */
async function readEverything(service: TestService): Promise<unknown> {
  const pages = `query ($after: String) { me { accounts(first: 1) { edges { node { id entries(first: 50, after: $after) {
    edges { node { id postedAt amount { amount } balanceAfter { amount } } } pageInfo { hasNextPage endCursor } } } } } } }`
  const entries: { postedAt: string }[] = []
  let id = ''
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await service.call('payer', pages, { after })
    const [{ node }] = data.me.accounts.edges
    id = node.id
    entries.push(...node.entries.edges.map((edge: { node: { postedAt: string } }) => edge.node))
    after = node.entries.pageInfo.endCursor
    more = node.entries.pageInfo.hasNextPage
  }
  const dayOf = (entry?: { postedAt: string }): string | undefined => entry?.postedAt.slice(0, 10)
  const period = { id, from: dayOf(entries.at(-1)), to: dayOf(entries[Math.floor(entries.length / 2)]) }
  const { data } = await service.call(
    'payer',
    `query ($id: ID!, $from: Date!, $to: Date!) { account(id: $id) { statement(from: $from, to: $to) {
      opening { amount } closing { amount } byMonth { month credits { amount } } byCategory { category debits { amount } }
      download(format: CSV) { url } } } }`,
    period,
  )
  const { download, ...statement } = data.account.statement
  const file = await (await signedGet(service.url, download.url)).text()
  return { entries, statement, file }
}
