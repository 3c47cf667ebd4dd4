import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createClient as createSseClient } from 'graphql-sse'
import { SIGNATURE_HEADER, sign } from '../../../platform/protocol/signature.ts'
import { createDatabase, type TestDatabase } from '../../support/database.ts'
import { TEST_SECRET } from '../../support/signed-call.ts'
import { startBanking, type TestService } from './support/service.ts'

const QUERY = `subscription ($id: ID, $after: String) { accountActivity(accountId: $id, after: $after) {
  cursor kind amount { amount } account { id balance { available { amount } } } transfer { id status reference } } }`

interface Activity {
  readonly cursor: string
  readonly kind: string
  readonly amount: { readonly amount: string }
  readonly account: { readonly id: string; readonly balance: { readonly available: { readonly amount: string } } }
  readonly transfer: { readonly id: string; readonly status: string; readonly reference: string | null }
}
interface Given {
  readonly data?: { readonly accountActivity: Activity } | null
  readonly errors?: readonly { readonly extensions?: Record<string, unknown> }[]
}

/** Subscribes over server-sent events, signed like the gateway's requests. */
async function* subscribe(
  service: TestService,
  caller: string,
  variables: Record<string, unknown>,
): AsyncIterable<Given> {
  const authorization = await service.token(caller)
  const client = createSseClient({
    url: `${service.url}/graphql`,
    retryAttempts: 0,
    fetchFn: (url: string, init: RequestInit) => {
      const signed = {
        method: 'POST',
        path: '/graphql',
        body: String(init.body),
        authorization,
        perspective: undefined,
        requestId: undefined,
      }
      const headers = new Headers(init.headers)
      headers.set('authorization', authorization)
      headers.set(SIGNATURE_HEADER, sign(TEST_SECRET, signed))
      return fetch(url, { ...init, headers })
    },
  })
  yield* client.iterate<{ accountActivity: Activity }>({ query: QUERY, variables }) as AsyncIterable<Given>
}

let database: TestDatabase
let services: TestService[] = []
let account: { id: string; activityCursor: string }
let payee: string

const start = async (): Promise<TestService> => {
  const service = await startBanking(database.url)
  services.push(service)
  return service
}
const ownAccount = async (service: TestService, caller: string) => {
  const { data } = await service.call(
    caller,
    '{ me { accounts(first: 1) { edges { node { id number activityCursor } } } } }',
  )
  return data.me.accounts.edges[0].node
}
const pay = async (service: TestService, reference: string) => {
  const { data } = await service.call(
    'payer',
    `mutation ($input: TransferInput!) { transfer(input: $input) { ... on TransferAccepted { transfer { id } } } }`,
    { input: { idempotencyKey: randomUUID(), from: account.id, to: payee, amount: '1', currency: 'EUR', reference } },
  )
  return data.transfer.transfer.id as string
}

/** Reads the next events, and then leaves the stream. */
async function take(stream: AsyncIterable<Given>, count: number): Promise<Activity[]> {
  const events: Activity[] = []
  for await (const { data, errors } of stream) {
    if (!data) throw new Error(JSON.stringify(errors))
    events.push(data.accountActivity)
    if (events.length === count) break
  }
  return events
}
const references = (events: readonly Activity[]) => events.map(({ transfer }) => transfer.reference)

beforeAll(async () => {
  database = await createDatabase('seeded')
})
afterAll(() => database.drop())
beforeEach(async () => {
  const service = await start()
  account = await ownAccount(service, 'payer')
  payee = (await ownAccount(service, 'payee')).number
})
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()))
  services = []
})

describe('activity of an account', () => {
  test('Every event arrives once and in order, whichever instance wrote it', async () => {
    const [one, two] = [services[0] as TestService, await start()]
    const events = take(subscribe(one, 'payer', { id: account.id, after: account.activityCursor }), 20)
    const names = Array.from({ length: 20 }, (_, at) => `payment ${at}`)
    for (const [at, name] of names.entries()) await pay(at % 2 === 0 ? one : two, name)
    expect(references(await events)).toEqual(names)
  })

  test('A stream resumes after its last cursor following a restart, without missing an event', async () => {
    const first = services[0] as TestService
    for (const name of ['a', 'b', 'c']) await pay(first, name)
    const [a] = await take(subscribe(first, 'payer', { id: account.id, after: account.activityCursor }), 1)
    await first.stop()
    services = []
    const second = await start()
    const rest = take(subscribe(second, 'payer', { id: account.id, after: a?.cursor }), 3)
    await pay(second, 'd')
    expect([...references([a as Activity]), ...references(await rest)]).toEqual(['a', 'b', 'c', 'd'])
  })

  test('Events cover the whole life of a hold, with the account as it was at each event', async () => {
    const service = services[0] as TestService
    const mutate = async (field: string, type: string, input: Record<string, unknown>) => {
      const query = `mutation ($input: ${type}!) { ${field}(input: $input) { ... on TransferAccepted { transfer { id } } ... on Refusal { code } } }`
      return (await service.call('payer', query, { input: { idempotencyKey: randomUUID(), ...input } })).data[field]
    }
    const { transfer } = await mutate('holdFunds', 'HoldFundsInput', {
      from: account.id,
      to: payee,
      amount: '50',
      currency: 'EUR',
      expiresInSeconds: 60,
    })
    await mutate('captureHold', 'CaptureHoldInput', { transferId: transfer.id, amount: '20' })
    const events = await take(subscribe(service, 'payer', { id: account.id, after: account.activityCursor }), 2)
    expect(events.map(({ kind, amount }) => [kind, amount.amount])).toEqual([
      ['HOLD_PLACED', '50'],
      ['HOLD_CAPTURED', '20'],
    ])
  })

  test("A subscription without an account follows all of the caller's, and gets transfers between them once", async () => {
    const service = services[0] as TestService
    const { data } = await service.call(
      'payer',
      '{ me { activityCursor accounts { edges { node { id number currency } } } } }',
    )
    const own = data.me.accounts.edges.map(({ node }: { node: { currency: string } }) => node)
    const [one, other] = own.filter(({ currency }: { currency: string }) => currency === 'EUR')
    const send = (from: string, to: string, reference: string) =>
      service.call(
        'payer',
        'mutation ($input: TransferInput!) { transfer(input: $input) { ... on TransferAccepted { transfer { id } } } }',
        { input: { idempotencyKey: randomUUID(), from, to, amount: '1', currency: 'EUR', reference } },
      )
    const events = take(subscribe(service, 'payer', { after: data.me.activityCursor }), 3)
    await send(one.id, other.number, 'there')
    await send(other.id, one.number, 'and back')
    await send(other.id, payee, 'away')
    expect((await events).map(({ account, transfer }) => [account.id, transfer.reference])).toEqual([
      [one.id, 'there'],
      [other.id, 'and back'],
      [other.id, 'away'],
    ])
    const [second] = await take(subscribe(service, 'payer', { after: (await events)[0]?.cursor }), 1)
    expect(second?.transfer.reference).toBe('and back')
  })

  test('Only the owner can follow an account', async () => {
    const [first] = [services[0] as TestService]
    for (const id of [account.id, '99999999999999']) {
      const outcome = (async () => {
        for await (const { errors } of subscribe(first, 'payee', { id })) return errors?.[0]?.extensions?.['code']
        return 'ended'
      })().catch((errors: readonly { extensions: Record<string, unknown> }[]) => errors[0]?.extensions['code'])
      expect(await outcome).toBe('BAD_USER_INPUT')
    }
  })
})

test('A stream whose client has left ends at once', async () => {
  const service = services[0] as TestService
  const stream = subscribe(service, 'payer', { id: account.id, after: account.activityCursor })
  await pay(service, 'only')
  await take(stream, 1)
  // A stop waits for open streams, which this one is not.
  await service.stop()
  services = []
})

test("A stream requires the gateway's signature", async () => {
  const { url } = services[0] as TestService
  const headers = { accept: 'text/event-stream', 'content-type': 'application/json' }
  const body = JSON.stringify({ query: QUERY, variables: { id: account.id } })
  expect((await fetch(`${url}/graphql`, { method: 'POST', headers, body })).status).toBe(403)
})
