/** One instance writes, the others know it, and one of them succeeds it when it dies or hangs. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { markBackend, newInstance } from '../../../../subgraphs/banking/database/backends.ts'
import { openLedgerDatabase } from '../../../../subgraphs/banking/database/open.ts'
import { type Lease, startLease } from '../../../../subgraphs/banking/election/lease.ts'
import { type Standing, UNKNOWN } from '../../../../subgraphs/banking/election/standing.ts'
import { LeaseLost } from '../../../../subgraphs/banking/ledger/apply.ts'
import { createLedgerClock } from '../../../../subgraphs/banking/ledger/clock.ts'
import { ledgerRequest } from '../../../../subgraphs/banking/ledger/request.ts'
import { createWriter } from '../../../../subgraphs/banking/ledger/writer.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import { log } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'
import { type NetworkProxy, startProxy } from '../history/proxy.ts'
import { bank, openBank, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'

let database: TestDatabase
let closing: (() => Promise<unknown>)[]
beforeEach(async () => {
  database = await createDatabase('migrated')
  closing = []
})
afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  await database.drop()
})

interface Member {
  readonly lease: Lease
  readonly instance: number
  /** All roles that it was given. */
  readonly roles: Standing['role'][]
}

function join(address: string | null = 'http://127.0.0.1:1', url = database.url): Member {
  const instance = newInstance()
  const roles: Standing['role'][] = []
  const lease = startLease({ url, instance, address, log, onChange: ({ role }) => void roles.push(role) })
  closing.push(() => lease.stop())
  return { lease, instance, roles }
}

const writerOf = (members: readonly Member[]): Member | undefined =>
  members.find(({ lease }) => lease.standing().role === 'writer')

const tokenOf = ({ lease }: Member): string | undefined => {
  const standing = lease.standing()
  return standing.role === 'unknown' ? undefined : standing.token
}

/** Resolves once one instance writes and all others know it. */
const settled = (members: readonly Member[]): Promise<Member> =>
  until(() => {
    const writer = writerOf(members)
    return writer && members.every((member) => tokenOf(member) === tokenOf(writer)) && writer
  })

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: database.url })
  client.on('error', () => {})
  await client.connect()
  closing.push(() => client.end().catch(() => {}))
  return client
}

describe('lease', () => {
  test('One of several instances writes, and the others learn its address and key', async () => {
    const members = [1, 2, 3, 4].map((port) => join(`http://127.0.0.1:${port}`))
    const writer = await settled(members)
    const others = members.filter((member) => member !== writer)
    const own = writer.lease.standing()
    const address = `http://127.0.0.1:${members.indexOf(writer) + 1}`
    for (const { lease, roles } of others) {
      expect(lease.standing()).toEqual({ ...own, role: 'follower', address })
      expect(roles).toEqual(['follower'])
    }
    expect(own).toMatchObject({ key: expect.stringMatching(/^[\w-]{43}$/) })
  })

  test('A stopping instance releases the lease, and another one writes under a new token', async () => {
    const members = [join(), join(), join()]
    const first = await settled(members)
    const token = tokenOf(first)
    await first.lease.stop()
    const others = members.filter((member) => member !== first)
    expect(tokenOf(await settled(others))).not.toBe(token)
    expect(first.lease.standing()).toEqual(UNKNOWN)
  })

  test('When the writer is disconnected another one succeeds it, and the first learns this on its return', async () => {
    const proxy = await startProxy(Number(new URL(database.url).port))
    const first = join('http://127.0.0.1:1', throughProxy(proxy))
    await settled([first])
    const second = join('http://127.0.0.1:2')
    await settled([first, second])
    await proxy.close()
    await until(() => second.lease.standing().role === 'writer')
    // It cannot know yet, but the token fences its writes.
    expect(first.lease.standing().role).toBe('writer')
    const again = await startProxy(Number(new URL(database.url).port), proxy.port)
    closing.push(again.close)
    expect(await settled([first, second])).toBe(second)
    expect(first.roles).toEqual(['writer', 'unknown', 'follower'])
  })

  test('The writer keeps the lease over a connection that is cut again and again', async () => {
    const proxy = await startProxy(Number(new URL(database.url).port))
    closing.push(proxy.close)
    const first = join('http://127.0.0.1:1', throughProxy(proxy))
    await settled([first])
    const second = join('http://127.0.0.1:2', throughProxy(proxy))
    await settled([first, second])
    const client = await connected()
    const beat = async (): Promise<bigint> =>
      BigInt((await client.query('SELECT beat FROM ledger_writer')).rows[0].beat)
    for (let round = 0; round < 5; round += 1) {
      const before = await beat()
      proxy.cut()
      await until(async () => (await beat()) > before)
    }
    expect(first.roles).toEqual(['writer'])
  })

  test("In a copy of a database no instance takes the original's lease holder for the writer", async () => {
    const client = await connected()
    await client.query(
      `UPDATE ledger_writer SET token = 7, beat = 70, instance = 1, address = 'http://127.0.0.1:1', key = 'old'`,
    )
    const members = [join(), join()]
    const writer = await settled(members)
    expect(tokenOf(writer)).toBe('8')
    expect(writer.roles).toEqual(['writer'])
    expect(members.flatMap(({ roles }) => roles).sort()).toEqual(['follower', 'writer'])
  })
})

const throughProxy = ({ port }: NetworkProxy): string => Object.assign(new URL(database.url), { port: `${port}` }).href

describe('fence', () => {
  let from: string
  let to: string
  let plain: TestBank
  beforeEach(async () => {
    plain = openBank(database.url)
    closing.push(plain.close)
    from = await plain.open({ balance: 100n })
    to = await plain.open()
  })

  /** An instance that believes it has the lease, until a write fails. */
  function deposed() {
    let standing: Standing = { role: 'writer', token: '99', key: '' }
    const lost: string[] = []
    const election = {
      standing: () => standing,
      lost(token: string) {
        lost.push(token)
        standing = UNKNOWN
      },
    }
    return { lost, elected: { instance: newInstance(), election } }
  }

  const operations = (): Promise<number> => plain.database.operation.count().then((count) => count)

  test("Nothing is written under a token other than the lease's, in one statement or several", async () => {
    const { lost, elected } = deposed()
    const ledgerDatabase = openLedgerDatabase({ url: database.url, connections: 2 })
    closing.push(ledgerDatabase.close)
    const clock = createLedgerClock()
    const writer = createWriter({ parts: ledgerParts, database: ledgerDatabase, clock, election: elected.election })
    const command = {
      name: 'transfer',
      from,
      to,
      amount: 1n,
      currency: 'EUR',
      reference: null,
      merchantId: null,
    } as const
    const requests = [ledgerRequest({ actor: bank, key: 'fenced', requestId: null, command })]
    const before = await operations()
    const speculated = await writer.speculate(requests, undefined)
    expect(speculated && (await writer.writeSpeculated(speculated))).toBe(false)
    expect(lost).toEqual([])
    await expect(writer.writeLocked(requests, () => {})).rejects.toThrow(LeaseLost)
    expect(lost).toEqual(['99'])
    expect(await operations()).toBe(before)
    expect(await writer.writeLocked(requests, () => {})).toMatchObject([{ replayed: false }])
    expect(await operations()).toBe(before + 1)
  })

  test('Requests to a deposed writer are executed once', async () => {
    const { lost, elected } = deposed()
    const other = openBank(database.url, { elected })
    closing.push(other.close)
    const hold = { name: 'holdFunds', from, to, amount: 5n, currency: 'EUR', reference: null } as const
    const held = subjectOf(await plain.ask({ ...hold, expiresInSeconds: 600 }))
    const before = await operations()
    const orders = Array.from({ length: 20 }, () => other.transfer({ from, to }))
    const capture = other.ask({ name: 'captureHold', transferId: held, amount: null })
    const answers = await Promise.all([...orders, capture])
    expect(answers.map(verdictOf)).toEqual(answers.map(() => 'ACCEPTED'))
    expect(answers.some(({ replayed }) => replayed)).toBe(false)
    expect(lost).toEqual(['99'])
    expect(await operations()).toBe(before + 21)
  })

  test('A successor ends only the connections of the writer that hangs with the ledger locked', async () => {
    const hung = newInstance()
    const other = newInstance()
    const [holder, bystander] = [await connected(), await connected()]
    await markBackend(holder, hung)
    await markBackend(bystander, other)
    await holder.query('BEGIN')
    await holder.query('SELECT FROM ledger WHERE id = 1 FOR NO KEY UPDATE')
    await bystander.query(`UPDATE ledger_writer SET token = 3, instance = ${hung}, address = NULL`)
    const waiting = plain.ask({ name: 'renameAccount', accountId: from, label: 'waits for the lock' })
    const successor = join()
    await settled([successor])
    expect(verdictOf(await waiting)).toBe('ACCEPTED')
    await expect(holder.query('SELECT 1')).rejects.toThrow()
    await bystander.query('SELECT 1')
  })

  test('The connections of an elected instance carry its name', async () => {
    const other = openBank(database.url, { elected: deposed().elected })
    closing.push(other.close)
    await other.transfer({ from, to })
    const { rows } = await (await connected()).query<{ instances: string; marks: string }>(
      `SELECT count(DISTINCT objid) AS instances, count(*) AS marks FROM pg_locks
       WHERE locktype = 'advisory' AND objsubid = 2
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    expect(rows[0]?.instances).toBe('1')
    expect(Number(rows[0]?.marks)).toBeGreaterThan(0)
  })
})
