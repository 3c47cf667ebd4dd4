/**
 * Operations by id: all manifest formats, per client, in each mode, over each transport, without a
 * restart.
 */
import { hash } from 'node:crypto'
import { on, once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import { WebSocket } from 'ws'
import type { z } from 'zod'
import { readConfig } from '../../../../gateway/config/load.ts'
import { operationsSection } from '../../../../gateway/config/sections/operations.ts'
import { readLists } from '../../../../gateway/persisted/lists.ts'
import { readAnswer } from '../../../support/answer.ts'
import { exampleOf } from '../../../support/example.ts'
import { newFolder } from '../../../support/folder.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../../support/gateway.ts'
import { startRedis } from '../../../support/redis.ts'
import { type Shop, startShop } from '../../../support/shop.ts'
import { until } from '../../../support/until.ts'

const one = '{ order(id: "1") { id } }'
const two = '{ order(id: "2") { id } }'
const three = '{ order(id: "3") { id } }'
const sha256 = (text: string): string => hash('sha256', text, 'hex')
const md5 = (text: string): string => hash('md5', text, 'hex')

let shop: Shop
let folder: string
const at = (name: string): string => join(folder, name)
const write = (name: string, content: unknown): Promise<void> => writeFile(at(name), JSON.stringify(content))
const apollo = (...operations: readonly object[]) => ({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations,
})
beforeAll(async () => {
  shop = await startShop()
  folder = await newFolder()
  await write('apollo.json', apollo({ id: 'first', body: one, name: 'One', type: 'query' }))
  await write('codegen.json', { [hash('sha1', two, 'hex')]: two })
  await write('relay.json', { [md5(three)]: three, ['__proto__']: two })
})
afterAll(() => shop.close())

let gateway: TestGateway
let stop = async (): Promise<void> => undefined
afterEach(async () => {
  await stop()
  stop = async () => undefined
})

async function start(operations: z.input<typeof operationsSection>): Promise<void> {
  const parsed = operationsSection.parse(operations)
  const lists = parsed.safelist && (await readLists(parsed.safelist))
  gateway = await startTestGateway({ services: shop.services, config: { operations: parsed, lists } })
  stop = gateway.stop
}

const post = (body: object, headers: Readonly<Record<string, string>> = {}) => ask(gateway.url, body, headers)
const get = async (parameters: Readonly<Record<string, string>>) =>
  readAnswer(
    await fetch(`${gateway.url}/graphql?${new URLSearchParams(parameters)}`, {
      headers: { 'apollo-require-preflight': '1' },
    }),
  )

interface SocketMessage {
  readonly type: string
  readonly payload: { readonly data: { readonly order: { readonly id: string } } } & readonly {
    readonly extensions: { readonly code: string }
  }[]
}

/**
 * The id of the order in an answer by WebSocket, or the code of its refusal. The library's client
 * sends nothing without a query.
 */
async function bySocket(payload: object): Promise<string | undefined> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  try {
    await once(socket, 'open')
    const messages = on(socket, 'message')
    const next = async () => JSON.parse(String((await messages.next()).value?.[0])) as SocketMessage
    socket.send(JSON.stringify({ type: 'connection_init' }))
    expect((await next()).type).toBe('connection_ack')
    socket.send(JSON.stringify({ type: 'subscribe', id: 'one', payload }))
    const { type, payload: answer } = await next()
    return type === 'next' ? answer.data.order.id : answer[0]?.extensions?.code
  } finally {
    socket.terminate()
  }
}

const all = () => [at('apollo.json'), at('codegen.json'), at('relay.json')]

describe('manifests', () => {
  test.each([
    ['an id of Apollo', { documentId: 'first' }, '1'],
    ['the SHA-256 of a text', { documentId: `sha256:${sha256(one)}` }, '1'],
    ['a SHA-1 of GraphQL Code Generator', { documentId: hash('sha1', two, 'hex') }, '2'],
    ["an MD5 by Relay's doc_id", { doc_id: md5(three) }, '3'],
    ["an MD5 by Relay's id", { id: md5(three) }, '3'],
    ['a name that every object has', { documentId: '__proto__' }, '2'],
  ])('Over POST, GET and WebSocket, %s identifies the operation', async (_what, operation, id) => {
    await start({ safelist: { manifests: all() } })
    expect((await post(operation)).data.order.id).toBe(id)
    expect((await get(operation)).data.order.id).toBe(id)
    expect(await bySocket(operation)).toBe(id)
    const [name] = Object.keys(operation)
    const unknown = { [name ?? '']: 'unknown' }
    expect(verdict(await post(unknown))).toBe('403 OPERATION_NOT_ALLOWED')
    expect(verdict(await get(unknown))).toBe('403 OPERATION_NOT_ALLOWED')
    expect(await bySocket(unknown)).toBe('OPERATION_NOT_ALLOWED')
  })

  test('A manifest may begin with a byte order mark', async () => {
    await writeFile(at('marked.json'), '\uFEFF{"first":"{ a }"}')
    const lists = await readLists({ manifests: [at('marked.json')], clients: {} })
    expect(lists.listFor(undefined).textOf('first')).toBe('{ a }')
  })

  test('An id with two texts makes the list unusable', async () => {
    await write('other.json', { first: two })
    const files = { manifests: [at('apollo.json'), at('other.json')], clients: {} }
    await expect(readLists(files)).rejects.toThrow('has two operations with the id first')
  })

  test('A safelist without a file is refused with an explanation', () => {
    const { error } = operationsSection.safeParse({ safelist: { mode: 'strict', clients: { web: [] } } })
    expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
      'safelist.mode: must be off, log or enforce',
      'safelist.clients.web: must name at least one file',
    ])
    expect(operationsSection.safeParse({ safelist: {} }).error?.issues[0]?.message).toBe('must name at least one file')
  })
})

describe('modes', () => {
  test('In mode log unlisted operations run and are counted, and ids resolve', async () => {
    await start({ safelist: { mode: 'log', manifests: [at('apollo.json')] } })
    expect((await post({ documentId: 'first' })).data.order.id).toBe('1')
    expect((await post({ query: two })).data.order.id).toBe('2')
    expect(await gateway.registry.metrics()).toContain('tributary_unlisted_operations_total 1')
  })

  test('In mode off any operation runs, and ids resolve', async () => {
    await start({ safelist: { mode: 'off', manifests: [at('apollo.json')] } })
    expect((await post({ documentId: 'first' })).data.order.id).toBe('1')
    expect((await post({ query: two })).data.order.id).toBe('2')
    expect(await gateway.registry.metrics()).not.toMatch(/^tributary_unlisted_operations_total [1-9]/m)
  })
})

test('The example of docs/configuration/persisted-operations.md lets each client run its own list besides the common one', async () => {
  await write('mobile.json', { two })
  const example = await exampleOf('docs/configuration/persisted-operations.md')
  const file = example.replaceAll("'operations/", `'${folder}/`)
  gateway = await startTestGateway({ services: shop.services, file })
  stop = gateway.stop
  const mobile = { 'apollographql-client-name': 'mobile' }
  expect((await post({ documentId: 'first' })).data.order.id).toBe('1')
  expect((await post({ documentId: 'first' }, mobile)).data.order.id).toBe('1')
  expect((await post({ documentId: 'two' }, mobile)).data.order.id).toBe('2')
  expect(verdict(await post({ documentId: 'two' }))).toBe('403 OPERATION_NOT_ALLOWED')
  expect(verdict(await post({ query: two }, { 'graphql-client-name': 'web' }))).toBe('403 OPERATION_NOT_ALLOWED')
})

test('A new list takes effect without a restart, and an invalid one is ignored', async () => {
  await write('live.json', { one })
  await start({ safelist: { manifests: [at('live.json')] } })
  expect(verdict(await post({ documentId: 'two' }))).toBe('403 OPERATION_NOT_ALLOWED')
  await write('live.json', { one, two })
  await until(async () => (await post({ documentId: 'two' })).status === 200)
  await writeFile(at('live.json'), '{"one": ')
  await until(async () => (await gateway.registry.metrics()).includes('tributary_safelists_refused_total 1'))
  expect((await post({ documentId: 'one' })).data.order.id).toBe('1')
})

describe('automatic persisted queries', () => {
  const hashed = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } } })

  test('A persisted text is found by documentId too', async () => {
    await start({})
    expect(verdict(await post({ documentId: `sha256:${sha256(one)}` }))).toBe('200 PERSISTED_QUERY_NOT_FOUND')
    await post({ query: one, ...hashed(one) })
    expect((await post({ documentId: `sha256:${sha256(one)}` })).data.order.id).toBe('1')
    expect((await post(hashed(one))).data.order.id).toBe('1')
  })

  test('Gateways share persisted texts in Redis; a false text or an outage of Redis counts as unknown text', async () => {
    const redis = await startRedis()
    const operations = operationsSection.parse({ persisted: { store: 'redis', redisTimeout: 1_000 } })
    const open = () =>
      startTestGateway({ services: shop.services, config: { operations }, env: { REDIS_URL: redis.url } })
    const [first, second] = await Promise.all([open(), open()])
    stop = async () => {
      await Promise.all([first.stop(), second.stop(), redis.kill()])
    }
    const client = await createClient({ url: redis.url }).connect()
    const key = (text: string): string => `tributary:persisted:${sha256(text)}`
    await until(async () => {
      await ask(first.url, { query: one, ...hashed(one) })
      return (await client.exists(key(one))) === 1
    })
    expect(await client.ttl(key(one))).toBeGreaterThan(86_000)
    await until(async () => (await ask(second.url, hashed(one))).data?.order.id === '1')
    await client.set(key(two), three)
    expect(verdict(await ask(second.url, hashed(two)))).toBe('200 PERSISTED_QUERY_NOT_FOUND')
    client.destroy()
    await redis.kill()
    expect((await ask(second.url, hashed(one))).data?.order.id).toBe('1')
    expect(verdict(await ask(second.url, hashed(three)))).toBe('200 PERSISTED_QUERY_NOT_FOUND')
    await ask(second.url, { query: three, ...hashed(three) })
    expect((await ask(second.url, hashed(three))).data?.order.id).toBe('3')
  })

  test('A new configuration keeps the persisted texts of the previous one', async () => {
    await start({})
    await post({ query: one, ...hashed(one) })
    const config = await readConfig({ SUPERGRAPH: gateway.supergraphFile, PORT: '0', LOG_LEVEL: 'silent' })
    await gateway.reconfigure({ ...config, operations: operationsSection.parse({ persisted: { bytes: 1_000_000 } }) })
    expect((await post(hashed(one))).data.order.id).toBe('1')
  })

  test('With automatic persisted queries off, no text is remembered', async () => {
    await start({ persisted: { automatic: false } })
    expect((await post({ query: one, ...hashed(one) })).data.order.id).toBe('1')
    expect(verdict(await post(hashed(one)))).toBe('200 PERSISTED_QUERY_NOT_FOUND')
  })
})
