/** Requests to an instance that is not the writer: the writer commits them, once. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { SIGNATURE_HEADER, SIGNATURE_LIFETIME, sign } from '../../../../platform/protocol/signature.ts'
import type { Standing } from '../../../../subgraphs/banking/election/standing.ts'
import {
  dialectOf,
  encode,
  FORWARD_PATH,
  MOST_BYTES,
  signingSecret,
} from '../../../../subgraphs/banking/forward/wire.ts'
import type { Answer } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import type { LedgerParts } from '../../../../subgraphs/banking/ledger/part.ts'
import { ledgerRequest } from '../../../../subgraphs/banking/ledger/request.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import { TEST_SECRET } from '../../../support/signed-call.ts'
import { until } from '../../../support/until.ts'
import { type NetworkProxy, startProxy } from '../history/proxy.ts'
import { bank, customer, openBank, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'
import { type Member, settled, startMember } from './instance.ts'

let database: TestDatabase
/** An instance of the version before elections existed. */
let old: TestBank
let closing: (() => Promise<unknown>)[]
let from: string
let to: string
beforeEach(async () => {
  database = await createDatabase('migrated')
  old = openBank(database.url)
  closing = [old.close]
  from = await old.open({ balance: 10_000n, owner: 'payer' })
  to = await old.open()
})
afterEach(async () => {
  expect(await brokenInvariants(old.database)).toEqual([])
  for (const close of closing.toReversed()) await close()
  await database.drop()
})

async function start(options: Parameters<typeof startMember>[1] = {}): Promise<Member> {
  const member = await startMember(database.url, options)
  closing.push(member.close)
  return member
}

/** The writer, and an instance that was started after it. */
async function pair(options: Parameters<typeof startMember>[1] = {}): Promise<{ writer: Member; follower: Member }> {
  const first = await start(options)
  await settled([first])
  const second = await start()
  const { writer, followers } = await settled([first, second])
  return { writer, follower: followers[0] as Member }
}

const received = async (): Promise<bigint> => {
  const row = await old.database.account.findUniqueOrThrow({ where: { id: BigInt(to) } })
  return row.creditsPosted
}

describe('forwarding', () => {
  test('Requests to a follower have the same results as requests to the writer', async () => {
    const { writer, follower } = await pair()
    const actor = customer('payer')
    const key = randomUUID()
    const first = await follower.transfer({ from, to, amount: 7n }, { actor, key })
    expect(first).toMatchObject({ outcome: { accepted: true }, replayed: false })
    expect(await writer.transfer({ from, to, amount: 7n }, { actor, key })).toEqual({ ...first, replayed: true })
    expect(await follower.transfer({ from, to, amount: 7n }, { actor, key })).toEqual({ ...first, replayed: true })
    expect(verdictOf(await follower.transfer({ from, to, amount: 8n }, { actor, key }))).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(verdictOf(await follower.transfer({ from, to, amount: 8n }, { actor: customer('other') }))).toBe(
      'ACCOUNT_NOT_FOUND',
    )
    const hold = { name: 'holdFunds', from, to, amount: 5n, currency: 'EUR', reference: 'ж"\\{}' } as const
    const held = subjectOf(await follower.ask({ ...hold, expiresInSeconds: 600 }, { actor }))
    expect(verdictOf(await follower.ask({ name: 'captureHold', transferId: held, amount: 3n }, { actor: bank }))).toBe(
      'ACCEPTED',
    )
    expect(await received()).toBe(10n)
    expect(new Set(follower.sent)).toEqual(new Set(['answered']))
    expect(follower.sent).toHaveLength(6)
    expect(writer.sent).toEqual([])
  })

  test('Many concurrent requests are forwarded together', async () => {
    const { follower } = await pair()
    const answers = await Promise.all(Array.from({ length: 500 }, () => follower.transfer({ from, to })))
    expect(answers.map(verdictOf)).toEqual(answers.map(() => 'ACCEPTED'))
    expect(await received()).toBe(500n)
    expect(follower.sent.length).toBeLessThan(20)
  })

  test('A forwarded request that the database refuses fails alone, at the instance that forwarded it', async () => {
    const { follower } = await pair()
    const opening = { name: 'openAccount', owner: 'nobody', kind: 'CURRENT', currency: 'EUR', label: 'Orphan' } as const
    const outcomes = await Promise.allSettled([
      follower.transfer({ from, to }),
      follower.ask({ ...opening, floor: 0n, productId: null, branchId: null }),
      follower.transfer({ from, to }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { message: expect.stringContaining('writer of the ledger failed') } })
  })

  test('When the writer leaves, the next writer answers the requests of the others', async () => {
    const { writer, follower } = await pair()
    const third = await start()
    await settled([writer, follower, third])
    const orders = (member: Member) => Array.from({ length: 50 }, () => member.transfer({ from, to }))
    const answers = await Promise.all([...orders(follower), writer.retire(), ...orders(writer), ...orders(third)])
    expect(answers.filter((answer) => answer && verdictOf(answer) === 'ACCEPTED')).toHaveLength(150)
    expect(await received()).toBe(150n)
    const after = await settled([follower, third])
    const [last] = after.followers as [Member]
    const before = last.sent.length
    // After a lost message the instance does not forward to that writer for a while.
    await until(async () => {
      expect(verdictOf(await last.transfer({ from, to }))).toBe('ACCEPTED')
      return last.sent.length > before
    })
    expect(last.sent.slice(before)).toEqual(['answered'])
  })

  test('Forwarded messages whose answers are lost are executed once each', async () => {
    let proxy: NetworkProxy | undefined
    const { follower } = await pair({
      async advertise(port) {
        proxy = await startProxy(port)
        closing.push(proxy.close)
        return `http://127.0.0.1:${proxy.port}`
      },
    })
    let asked = 0
    for (let round = 0; follower.sent.filter((sent) => sent === 'lost').length < 3; round += 1) {
      const orders = Array.from({ length: 20 }, () => follower.transfer({ from, to }))
      asked += orders.length
      await Promise.race([Promise.all(orders), sleep(round % 12)])
      proxy?.cut()
      expect((await Promise.all(orders)).map(verdictOf)).toEqual(orders.map(() => 'ACCEPTED'))
      const before = follower.sent.length
      // It does not forward for a while after a loss.
      await until(async () => {
        asked += 1
        await follower.transfer({ from, to })
        return follower.sent.length > before
      })
    }
    expect(await received()).toBe(BigInt(asked))
  })

  test('Requests in progress at a hanging writer are sent to its successor', async () => {
    const { writer, follower } = await pair({
      // Connections to this address are never answered.
      advertise: async () => `http://127.0.0.1:${await silence()}`,
    })
    const asking = follower.transfer({ from, to })
    await until(() => follower.standing().role === 'follower')
    let isAnswered = false
    asking.then(() => {
      isAnswered = true
    })
    await sleep(500)
    expect(isAnswered).toBe(false)
    await writer.retire()
    expect(verdictOf(await asking)).toBe('ACCEPTED')
    expect(follower.standing().role).toBe('writer')
    expect(await received()).toBe(1n)
  })
})

/** A port that accepts connections and never answers. */
async function silence(): Promise<number> {
  const taken = new Set<Socket>()
  const server = createServer((socket) => void taken.add(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closing.push(async () => {
    server.close()
    for (const socket of taken) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

describe('instances of different versions', () => {
  const future = {
    ...ledgerParts,
    rules: { ...ledgerParts.rules, futureCommand: ledgerParts.rules.transfer },
  } as LedgerParts

  /** Sends requests to all instances at once, the old one included. */
  async function paidByAll(members: readonly TestBank[]): Promise<void> {
    const answers: Answer[] = []
    for (let round = 0; round < 10; round += 1) {
      const shared = randomUUID()
      const asked = members.flatMap((member) => [
        ...Array.from({ length: 10 }, () => member.transfer({ from, to })),
        member.transfer({ from, to }, { key: shared }),
      ])
      answers.push(...(await Promise.all(asked)))
    }
    expect(answers.map(verdictOf)).toEqual(answers.map(() => 'ACCEPTED'))
    const own = answers.filter(({ replayed }) => !replayed)
    expect(own).toHaveLength(10 * (10 * members.length + 1))
    expect(await received()).toBe(BigInt(own.length))
  }

  test('During a roll-out instances without elections also write, and each request is executed once', async () => {
    const { writer, follower } = await pair()
    await paidByAll([old, writer, follower])
    expect(follower.sent).toContain('answered')
  })

  test('An instance of another version writes itself', async () => {
    const { writer, follower } = await pair({ parts: future })
    await paidByAll([writer, follower])
    expect(new Set(follower.sent)).toEqual(new Set(['refused']))
  })

  test('If the writer is unreachable, the other instances write themselves', async () => {
    const { writer, follower } = await pair({ advertise: async () => 'http://127.0.0.1:1' })
    await paidByAll([writer, follower])
    expect(new Set(follower.sent)).toEqual(new Set(['lost']))
  })
})

describe('endpoint for forwarded messages', () => {
  const parts = { authorization: undefined, perspective: undefined, requestId: undefined }

  const forged = (): string =>
    encode({
      dialect: dialectOf(ledgerParts),
      requests: [
        ledgerRequest({
          actor: customer('payer'),
          key: randomUUID(),
          requestId: null,
          command: { name: 'transfer', from, to, amount: 9n, currency: 'EUR', reference: null, merchantId: null },
        }),
      ],
    })

  const post = async (member: Member, body: string, signature?: string): Promise<number> => {
    const headers = { ...(signature !== undefined && { [SIGNATURE_HEADER]: signature }) }
    const response = await fetch(`${member.address}${FORWARD_PATH}`, { method: 'POST', headers, body })
    await response.arrayBuffer()
    return response.status
  }

  const keyOf = (standing: Standing): string => (standing.role === 'unknown' ? '' : standing.key)

  test('Only messages signed recently, for this lease and with both secrets, are accepted', async () => {
    const { writer, follower } = await pair()
    const body = forged()
    const request = { method: 'POST', path: FORWARD_PATH, body, ...parts }
    const secret = signingSecret(TEST_SECRET, keyOf(writer.standing()))
    const refused = [
      undefined,
      // Signed like the gateway's requests.
      sign(TEST_SECRET, request),
      sign(signingSecret('another secret of theirs', keyOf(writer.standing())), request),
      sign(signingSecret(TEST_SECRET, 'the key of an earlier lease'), request),
      sign(secret, { ...request, body: `${body} ` }),
      sign(secret, { ...request, path: '/graphql' }),
      sign(secret, request, Date.now() - SIGNATURE_LIFETIME - 1_000),
      sign(secret, request, Date.now() + SIGNATURE_LIFETIME + 1_000),
    ]
    for (const signature of refused) expect(await post(writer, body, signature)).toBe(403)
    // A follower accepts no message, however it is signed.
    expect(await post(follower, body, sign(secret, request))).toBe(403)
    expect(await received()).toBe(0n)
    expect(await post(writer, body, sign(secret, request))).toBe(200)
    expect(await received()).toBe(9n)
  })

  test('A forwarded message that is too large is refused before it is read', async () => {
    const { writer } = await pair()
    expect(await post(writer, 'x'.repeat(MOST_BYTES + 1))).toBe(413)
  })
})
