/**
 * Outages of the database during commits: the ledger looks lost answers up by key, and never
 * guesses.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openLedgerDatabase } from '../../../../subgraphs/banking/database/open.ts'
import type { Answer } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import { createLedger } from '../../../../subgraphs/banking/ledger/ledger.ts'
import { ledgerRequest } from '../../../../subgraphs/banking/ledger/request.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import { openWay } from '../../../support/cut-off.ts'
import { log } from '../../../support/log.ts'
import { type Commit, type LostCommit, type NetworkProxy, startProxy } from '../history/proxy.ts'
import { bank, createBank, openBank, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'

let direct: TestBank
let from: string
let to: string

beforeAll(async () => {
  direct = await createBank()
  from = await direct.open({ balance: 100_000n })
  to = await direct.open()
})
afterAll(async () => {
  expect(await brokenInvariants(direct.database)).toEqual([])
  await direct.close()
})

const balanceOf = async (id: string): Promise<bigint> => {
  const row = await direct.database.account.findUniqueOrThrow({ where: { id: BigInt(id) } })
  return row.creditsPosted - row.debitsPosted
}

/**
 * A ledger with a proxy to its database. Both are removed when `use` has ended, even if it fails.
 */
async function withFlakyBank(use: (bank: TestBank, proxy: NetworkProxy) => Promise<void>): Promise<void> {
  const proxy = await startProxy(Number(new URL(direct.url).port))
  const flaky = openBank(Object.assign(new URL(direct.url), { port: `${proxy.port}` }).href)
  try {
    await use(flaky, proxy)
  } finally {
    await flaky.close()
    await proxy.close()
  }
}

/** Expects each transfer to be accepted once, as new, with an id of its own. */
async function expectOnceEach(answers: readonly Answer[], asked: number, before: bigint): Promise<void> {
  expect(answers.map(verdictOf)).toEqual(Array.from({ length: asked }, () => 'ACCEPTED'))
  expect(answers.some(({ replayed }) => replayed)).toBe(false)
  expect(new Set(answers.map(subjectOf)).size).toBe(asked)
  expect(await balanceOf(to)).toBe(before + BigInt(asked))
}

test.each<[Commit, LostCommit, number]>([
  ['statement', 'question', 1],
  ['statement', 'question', 20],
  ['statement', 'answer', 1],
  ['statement', 'answer', 20],
  ['transaction', 'question', 20],
  ['transaction', 'answer', 20],
])('A commit by %s whose %s was lost is looked up by key, never guessed (%d transfers)', (commit, lost, together) =>
  withFlakyBank(async (flaky, proxy) => {
    const before = await balanceOf(to)
    const lastOperation = await direct.database.operation.count()
    const keys = Array.from({ length: together }, () => randomUUID())
    const wasLost = proxy.loseCommit(commit, lost)
    // Anything beyond transfers takes a transaction.
    const more =
      commit === 'transaction' ? flaky.ask({ name: 'renameAccount', accountId: from, label: lost }) : undefined
    const answers = await Promise.all(keys.map((key) => flaky.transfer({ from, to }, { key })))
    await wasLost
    await expectOnceEach(answers, together, before)
    if (more) expect(await more).toMatchObject({ outcome: { accepted: true }, replayed: false })
    const log = await direct.database.operation.findMany({
      where: { number: { gt: lastOperation }, name: 'transfer' },
    })
    expect(log.map(({ key }) => key).sort()).toEqual(keys.sort())
  }),
)

test('Transfers over repeatedly cut connections happen once each', () =>
  withFlakyBank(async (flaky, proxy) => {
    const before = await balanceOf(to)
    const answers: Answer[] = []
    let asking = 0
    for (let round = 0; round < 16; round += 1) {
      // A request alone in its batch must be looked up as well as one among many.
      const together = round % 2 === 0 ? 20 : 1
      asking += together
      const asked = Promise.all(Array.from({ length: together }, () => flaky.transfer({ from, to })))
      // Each round is cut at another moment: during reads, during writes, or after them.
      await Promise.race([asked, sleep(round * 2)])
      proxy.cut()
      answers.push(...(await asked))
    }
    await expectOnceEach(answers, asking, before)
  }))

test('Connections that fall silent are given up together, and each transfer happens once', async () => {
  const way = await openWay(Number(new URL(direct.url).port))
  const at = Object.assign(new URL(direct.url), { port: `${way.port}` }).href
  // The ledger tries for 15 s: there is no time to wait for each connection.
  const silenced = openBank(at, { answerTimeout: 4_000 })
  try {
    const many = (): Promise<Answer[]> => Promise.all(Array.from({ length: 20 }, () => silenced.transfer({ from, to })))
    const stay = () => silenced.database.$queryRaw`SELECT pg_sleep(0.2)::text`
    await Promise.all([stay(), stay(), stay()])
    expect(way.connections).toBe(3)
    const before = await balanceOf(to)
    way.cutOff()
    await expectOnceEach(await many(), 20, before)
  } finally {
    await silenced.close()
    way.close()
  }
})

test('When the database stays down the outcome is reported as unknown, and the same key settles it later', async () => {
  const url = new URL(direct.url)
  url.port = `${await unusedPort()}`
  const unreachable = openLedgerDatabase({ url: url.href, connections: 1 })
  const ledger = createLedger({
    parts: ledgerParts,
    database: unreachable,
    log,
    retryFor: 300,
  })
  const command = {
    name: 'transfer',
    from,
    to,
    amount: 7n,
    currency: 'EUR',
    reference: null,
    merchantId: null,
  } as const
  const request = ledgerRequest({ actor: bank, key: 'settled later', requestId: null, command })
  await expect(ledger.submit(request)).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } })
  await unreachable.close()
  const before = await balanceOf(to)
  const answer = await direct.ledger.submit(request)
  expect(verdictOf(answer)).toBe('ACCEPTED')
  expect(await direct.ledger.submit(request)).toEqual({ outcome: answer.outcome, replayed: true })
  expect(await balanceOf(to)).toBe(before + 7n)
})

/** A port where nobody listens, which a proxy had before. */
async function unusedPort(): Promise<number> {
  const proxy = await startProxy(0)
  await proxy.close()
  return proxy.port
}

test('A request that the database itself refuses fails alone', async () => {
  const opening = {
    name: 'openAccount',
    owner: 'nobody who is a customer',
    kind: 'CURRENT',
    currency: 'EUR',
    label: 'Orphan',
    floor: 0n,
    productId: null,
    branchId: null,
  } as const
  const outcomes = await Promise.allSettled([
    direct.transfer({ from, to }),
    direct.ask(opening),
    direct.transfer({ from, to }),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})
