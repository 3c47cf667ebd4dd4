import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../gateway/config/load.ts'
import { type RunningGateway, startGateway } from '../../gateway/gateway.ts'
import { createLogger } from '../../platform/process/log.ts'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { startBanking, type TestService } from '../subgraphs/banking/support/service.ts'
import type { Answer } from '../support/answer.ts'
import { type Cut, type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { ask } from '../support/gateway.ts'
import { nowhere } from '../support/nowhere.ts'
import { TEST_SECRET } from '../support/signed-call.ts'

// The bank is two instances on one PostgreSQL, each behind a proxy that cuts; nothing else of the
// product is needed.
let folder: TestFolder
let database: TestDatabase
let banks: readonly TestService[]
let proxies: readonly CuttingProxy[]
let gateway: RunningGateway
let payer: Readonly<Record<string, string>>
let payee: Readonly<Record<string, string>>
let from: string
let to: string

beforeAll(async () => {
  ;[folder, database] = await Promise.all([makeDataFolder(), createDatabase('seeded')])
  const start = () => startBanking(database.url, { DATA_DIR: folder.path })
  banks = [await start(), await start()]
  proxies = await Promise.all(banks.map(({ url }) => startCuttingProxy(url)))
  const config = await readConfig({
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATA_DIR: folder.path,
    GATEWAY_SECRET: TEST_SECRET,
    ...nowhere,
    BANKING_URL: proxies.map(({ url }) => url).join(),
  })
  gateway = await startGateway(config, createLogger('gateway', config.logLevel))
  const identity = await demoIdentity(folder.path)
  const caller = async (name: string) => ({ authorization: `Bearer ${await identity.sign(name)}` })
  ;[payer, payee] = await Promise.all([caller('payer'), caller('payee')])
  from = (await euroAccount(payer)).id
  to = (await euroAccount(payee)).number
})
afterAll(async () => {
  await gateway?.stop()
  await Promise.all(proxies?.map((proxy) => proxy.close()) ?? [])
  await Promise.all(banks?.map((bank) => bank.stop()) ?? [])
  await Promise.all([folder?.remove(), database?.drop()])
})
interface EuroAccount {
  readonly id: string
  readonly number: string
  readonly currency: string
  readonly balance: { readonly posted: { readonly amount: string } }
}

async function euroAccount(headers: Readonly<Record<string, string>>): Promise<EuroAccount> {
  const query = '{ me { accounts { edges { node { id number currency balance { posted { amount } } } } } } }'
  const { data } = await ask(gateway.url, query, headers)
  return data.me.accounts.edges
    .map(({ node }: { node: EuroAccount }) => node)
    .find(({ currency }: EuroAccount) => currency === 'EUR')
}

/** Minor units of both sides. */
async function balances(): Promise<readonly bigint[]> {
  const accounts = await Promise.all([euroAccount(payer), euroAccount(payee)])
  return accounts.map(({ balance }) => BigInt(balance.posted.amount))
}

/** Minor units that have left the payer and reached the payee since. */
async function moved(before: readonly bigint[]): Promise<readonly bigint[]> {
  const [paid = 0n, received = 0n] = await balances()
  return [(before[0] ?? 0n) - paid, received - (before[1] ?? 0n)]
}

const RESULT =
  '__typename ... on TransferAccepted { replayed transfer { id status amount { amount } } } ... on Refusal { code }'
const TRANSFER = `mutation ($input: TransferInput!) { transfer(input: $input) { ${RESULT} } }`
const AMOUNT = 7n

const send = (idempotencyKey: string): Promise<Answer> => {
  const input = { idempotencyKey, from, to, amount: String(AMOUNT), currency: 'EUR' }
  return ask(gateway.url, { query: TRANSFER, variables: { input } }, payer)
}
/** The gateway reads no defaults of variables, so it finds no key, and does not send this twice. */
const sendUnread = (key: string): Promise<Answer> => {
  const input = `{ idempotencyKey: $key, from: "${from}", to: "${to}", amount: "${AMOUNT}", currency: "EUR" }`
  return ask(gateway.url, `mutation ($key: ID! = "${key}") { transfer(input: ${input}) { ${RESULT} } }`, payer)
}
/** Cuts at both, since either may be asked first. */
const cutNext = (cut: Cut, count = 1): void => {
  for (const proxy of proxies) proxy.cutNext(cut, count)
}
const requests = (): number => proxies.reduce((sum, proxy) => sum + proxy.requests, 0)

const cuts: readonly Cut[] = ['before the request', 'in the middle of the answer', 'after the answer']

describe('transfer over a cut connection', () => {
  test.each(cuts)(
    'With a cut %s, at each instance in turn, a transfer is answered and moves the money once',
    async (cut) => {
      const [before, sent, key] = [await balances(), requests(), randomUUID()]
      cutNext(cut)
      const { data, errors } = await send(key)
      expect(errors).toBeUndefined()
      expect(data.transfer).toEqual({
        __typename: 'TransferAccepted',
        replayed: cut !== 'before the request',
        transfer: { id: expect.any(String), status: 'POSTED', amount: { amount: String(AMOUNT) } },
      })
      expect(requests() - sent).toBe(3)
      expect(await moved(before)).toEqual([AMOUNT, AMOUNT])
      // The client itself may retry, and gets the same transfer.
      const again = (await send(key)).data.transfer
      expect(again).toEqual({ ...data.transfer, replayed: true })
      expect(await moved(before)).toEqual([AMOUNT, AMOUNT])
    },
  )

  test.each(cuts)(
    'With a cut %s, a transfer the gateway may not retry moves the money once when the client retries',
    async (cut) => {
      const [before, sent, key] = [await balances(), requests(), randomUUID()]
      cutNext(cut)
      const { data, errors } = await sendUnread(key)
      expect(data).toBeNull()
      expect(errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'SERVICE_UNAVAILABLE', service: 'banking', requestId: expect.any(String) },
      ])
      expect(requests() - sent).toBe(1)
      cutNext(cut, 0)
      const done = cut === 'before the request' ? 0n : AMOUNT
      expect(await moved(before)).toEqual([done, done])
      expect((await sendUnread(key)).data.transfer).toMatchObject({ replayed: done > 0n })
      expect(await moved(before)).toEqual([AMOUNT, AMOUNT])
    },
  )

  test('A transfer that is cut every time fails after three attempts, and a retry of the client moves the money once', async () => {
    const [before, sent, key] = [await balances(), requests(), randomUUID()]
    cutNext('after the answer', 3)
    expect((await send(key)).errors?.[0]?.extensions['code']).toBe('SERVICE_UNAVAILABLE')
    cutNext('after the answer', 0)
    expect(requests() - sent).toBe(3)
    expect((await send(key)).data.transfer).toMatchObject({ replayed: true })
    expect(await moved(before)).toEqual([AMOUNT, AMOUNT])
  })

  test('Several clients that retry over repeated cuts move the money of each key once', async () => {
    const before = await balances()
    const ids = new Set<string>()
    const client = async (_: unknown, name: number): Promise<void> => {
      for (let turn = 0; turn < 9; turn += 1) {
        const key = randomUUID()
        cutNext(cuts[(name + turn) % cuts.length] as Cut)
        let answer = await send(key)
        for (let tries = 0; answer.errors && tries < 50; tries += 1) answer = await send(key)
        ids.add(answer.data.transfer.transfer.id)
      }
    }
    await Promise.all(Array.from({ length: 6 }, client))
    cutNext('after the answer', 0)
    expect(ids.size).toBe(54)
    expect(await moved(before)).toEqual([54n * AMOUNT, 54n * AMOUNT])
  })
})
