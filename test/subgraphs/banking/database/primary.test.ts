/** A PostgreSQL primary and its standby, promoted by the test. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Prisma } from '../../../../prisma/generated/client.ts'
import { migrate } from '../../../../prisma/migrate.ts'
import { confirmPrimary, openClient } from '../../../../subgraphs/banking/database/connect.ts'
import { durabilityFault } from '../../../../subgraphs/banking/database/durability.ts'
import { failureOf } from '../../../../subgraphs/banking/database/failure.ts'
import { type LedgerDatabase, openLedgerDatabase } from '../../../../subgraphs/banking/database/open.ts'
import {
  type InitialServer,
  initialServer,
  startServers,
  type TestServer,
  type TestServers,
  urlOf,
} from '../../../support/servers.ts'
import { until } from '../../../support/until.ts'
import { openBank } from '../support/bank.ts'

let all: TestServers
let primary: TestServer
let standby: TestServer
/** Lists the standby first, so that the order of the hosts does not help. */
let url: string
const opened: LedgerDatabase[] = []

let initial: InitialServer
beforeAll(async () => {
  initial = await initialServer()
})
afterAll(() => initial.remove())

const start = async (): Promise<void> => {
  all = await startServers(2, undefined, initial)
  ;[primary, standby] = all.servers as [TestServer, TestServer]
  url = urlOf([standby.port, primary.port])
}
const stop = () => all.stop()
afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())))

const open = (at = url): LedgerDatabase => {
  const database = openLedgerDatabase({ url: at, connections: 1 })
  opened.push(database)
  return database
}
const PORT = Prisma.sql`SELECT inet_server_port() AS port`
const portOf = async ({ query }: LedgerDatabase): Promise<number | undefined> =>
  (await query<{ port: number }>(PORT))[0]?.port
const promote = () => standby.query('SELECT pg_promote()')

describe('while one stays the primary', () => {
  beforeAll(start)
  afterAll(stop)

  test('The service finds the primary among two hosts', async () => {
    expect(await portOf(open())).toBe(primary.port)
    const client = await openClient(url)
    expect(client.port).toBe(primary.port)
    await client.end()
  })

  test('The service reports database settings that risk an acknowledged payment', async () => {
    const { prisma } = open(urlOf([primary.port]))
    const told = async (): Promise<string> => {
      const faults = await Promise.all([1, 2].map((hosts) => durabilityFault(prisma, hosts)))
      return faults.map((fault) => fault?.split(':')[0] ?? 'nothing').join(' | ')
    }
    const off = 'fsync or synchronous_commit is off'
    const alone = 'no standby is synchronous'
    expect(await told()).toBe(`${off} | ${off}`)
    for (const [setting, expected] of [
      ['fsync = on', `nothing | ${alone}`],
      ["synchronous_standby_names = 'standby'", 'nothing | nothing'],
      ['synchronous_commit = local', `nothing | ${alone}`],
      ['synchronous_commit = off', `${off} | ${off}`],
    ]) {
      await primary.query(`ALTER SYSTEM SET ${setting}`)
      await primary.query('SELECT pg_reload_conf()')
      await until(async () => (await told()) === expected)
    }
  })

  test('A connection that refused a write as read-only is not used again', async () => {
    // A single address, whose server may change.
    const database = open(urlOf([primary.port]))
    const insert = () =>
      database.prisma
        .$transaction(async (transaction) => {
          await transaction.$executeRaw`CREATE TABLE IF NOT EXISTS written (id int)`
        })
        .catch((error: unknown) => failureOf(error))
    const pidOf = async (): Promise<number | undefined> =>
      (await database.query<{ pid: number }>(Prisma.sql`SELECT pg_backend_pid() AS pid`))[0]?.pid
    await primary.query('ALTER SYSTEM SET default_transaction_read_only = on')
    await primary.query('SELECT pg_reload_conf()')
    const pid = await until(async () => {
      const before = await pidOf()
      return (await insert()) === 'outage' && before
    })
    expect(await pidOf()).not.toBe(pid)
  })
})

describe('when the standby is promoted in place of the primary', () => {
  beforeEach(start)
  afterEach(stop)

  test('Without a primary, connecting fails as an outage, and succeeds once a standby is promoted', async () => {
    const database = open()
    expect(await portOf(database)).toBe(primary.port)
    await primary.stop()
    const failure = (): Promise<unknown> =>
      portOf(database).then(
        () => 'no failure',
        (error: unknown) => error,
      )
    const error = await failure()
    expect(failureOf(error)).toBe('outage')
    expect(await failure()).toMatchObject({ code: '57P03', message: expect.stringMatching(/a standby/) })
    await promote()
    expect(await portOf(database)).toBe(standby.port)
  })

  test('A failover between two batches loses and doubles nothing, and does not count as a restore', async () => {
    expect(await migrate(url)).toContain('20260101000000_ledger')
    const bank = openBank(url)
    try {
      const [from, to] = [await bank.open({ balance: 100n }), await bank.open()]
      expect((await bank.transfer({ from, to, amount: 10n }, { key: 'before' })).replayed).toBe(false)
      const [{ sequence = '' } = {}] = await bank.database.$queryRaw<{ sequence?: string }[]>`
      SELECT last_sequence::text AS sequence FROM ledger`
      const written = async (): Promise<boolean> => {
        const [row] = await primary.query(
          'SELECT pg_current_wal_lsn() = min(replay_lsn) AS done FROM pg_stat_replication',
        )
        return row?.['done'] === true
      }
      await until(written)
      await primary.stop()
      await promote()
      expect((await bank.transfer({ from, to, amount: 10n }, { key: 'before' })).replayed).toBe(true)
      expect((await bank.transfer({ from, to, amount: 10n }, { key: 'after' })).replayed).toBe(false)
      const [{ next = '', restores = -1 } = {}] = await bank.database.$queryRaw<{ next?: string; restores?: number }[]>`
      SELECT last_sequence::text AS next, (SELECT count(*)::int FROM ledger_restores) AS restores FROM ledger`
      expect(BigInt(next)).toBe(BigInt(sequence) + 1n)
      expect(restores).toBe(0)
    } finally {
      await bank.close()
    }
  })
})

describe('when the standby is promoted beside the primary', () => {
  beforeAll(start)
  afterAll(stop)

  test('The service cuts a connection to a hung server once another is the primary', async () => {
    const database = open()
    expect(await portOf(database)).toBe(primary.port)
    const cut = expect(database.query(Prisma.sql`SELECT pg_sleep(60)`)).rejects.toMatchObject({ code: 'ECONNRESET' })
    await promote()
    const moved = await until(() => confirmPrimary(url).then((host) => host ?? false))
    expect(moved.name).toBe(`127.0.0.1:${standby.port}`)
    await cut
    expect(await portOf(database)).toBe(standby.port)
    expect(await confirmPrimary(url)).toBeUndefined()
  })

  test('If two hosts claim to be the primary, the one promoted last is used', async () => {
    for (let round = 0; round < 5; round += 1) {
      const client = await openClient(`${url}&application_name=${round}`)
      expect(client.port).toBe(standby.port)
      await client.end()
    }
  })
})
