/** A running mock behind the gateway, on the shipped supergraph and on another schema. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readShippedOperations } from '../../../gateway/operations/shipped.ts'
import { processEnvironment } from '../../../platform/memory/node-flags.ts'
import { readArguments } from '../../../tools/mock/arguments.ts'
import { readAnswer } from '../../support/answer.ts'
import { makeDataFolder, type TestFolder } from '../../support/data-folder.ts'
import { until } from '../../support/until.ts'

interface Mock {
  readonly url: string
  said(): string
  stop(): Promise<void>
}

const MAIN = fileURLToPath(new URL('../../../tools/mock/main.ts', import.meta.url))

async function start(...flags: readonly string[]): Promise<Mock> {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [MAIN, '--port', '0', ...flags], {
    env: { ...processEnvironment, PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const ended = once(child, 'exit')
  const url = await until(() => {
    if (child.exitCode !== null) throw new Error(said)
    return /^ready (http:\S+)$/m.exec(said)?.[1]
  })
  return {
    url,
    said: () => said,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

let folder: TestFolder
let mock: Mock
let other: Mock
const schemaFile = (): string => join(folder.path, 'shop.graphql')
const SHOP = 'type Query { item(id: ID!): Item } type Item { id: ID! name: String! price: Float! }'
beforeAll(async () => {
  folder = await makeDataFolder()
  await writeFile(schemaFile(), SHOP)
  ;[mock, other] = await Promise.all([
    start('--tick', '20'),
    start('--supergraph', schemaFile(), '--errors', 'item.price=TEAPOT'),
  ])
})
afterAll(async () => {
  await Promise.all([mock, other].map((each) => each?.stop()))
  await folder.remove()
})

const ask = async (
  url: string,
  query: string,
  variables: unknown = {},
  headers: Readonly<Record<string, string>> = {},
) =>
  readAnswer(
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    }),
  )

test('Every shipped query and mutation is answered, and every query alike each time', async () => {
  for (const { document, variables } of await readShippedOperations()) {
    if (/^subscription/m.test(document)) continue
    const first = await ask(mock.url, document, variables)
    expect(first.errors).toBeUndefined()
    if (/^query/m.test(document)) expect((await ask(mock.url, document, variables)).data).toEqual(first.data)
  }
})

test('A mock answers as consumer contracts say, so each contract of a query holds', async () => {
  const main = fileURLToPath(new URL('../../../tools/consumers/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '--url', mock.url], {
    env: { ...processEnvironment, PATH: process.env['PATH'], DATA_DIR: folder.path },
  })
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  await once(child, 'close')
  expect([child.exitCode, said]).toEqual([0, expect.stringContaining('All 2 contracts hold.')])
  const { data } = await ask(mock.url, '{ me { name } city(id: "2267057") { name } }')
  expect(data).toEqual({ me: { name: 'Ana Ribeiro' }, city: { name: 'Lisbon' } })
})

test("The mock's gateway enforces its usual limits, and computes costs", async () => {
  expect((await ask(mock.url, '{ nothing }')).errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED')
  const greedy = '{ cities(search: "a", first: 100) { edges { node { weather { hourly(hours: 16000) { time } } } } } }'
  expect((await ask(mock.url, greedy)).errors?.[0]?.extensions['code']).toBe('OPERATION_TOO_COMPLEX')
})

test('The header x-mock-error makes an error at its path, in one request only', async () => {
  const query = '{ me { accounts(first: 1) { edges { node { id } } } } }'
  const { errors } = await ask(mock.url, query, {}, { 'x-mock-error': 'me.accounts=MY_OWN_CODE' })
  expect(errors).toMatchObject([{ path: ['me', 'accounts'], extensions: { code: 'MY_OWN_CODE' } }])
  expect((await ask(mock.url, query)).errors).toBeUndefined()
  const wrong = await ask(mock.url, query, {}, { 'x-mock-error': 'a=b=c' })
  expect(wrong.errors?.[0]?.message).toContain('is no error')
})

test('The header x-mock-delay delays a request', async () => {
  const began = performance.now()
  await ask(mock.url, '{ me { name } }', {}, { 'x-mock-delay': '300' })
  await ask(mock.url, '{ me { name } }', {}, { 'x-mock-delay': 'me.name=300' })
  expect(performance.now() - began).toBeGreaterThan(550)
})

test('A mock subscription ticks, and resumes after a cursor', async () => {
  const follow = async (after: string | null) => {
    const response = await fetch(mock.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query:
          'subscription ($after: String) { accountActivity(accountId: "42", after: $after) { cursor account { id } } }',
        variables: { after },
      }),
    })
    const events: { cursor: string; account: { id: string } }[] = []
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      const found = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data).data.accountActivity)
      events.splice(0, events.length, ...found)
      if (events.length >= 3) break
    }
    return events.slice(0, 3)
  }
  const first = await follow(null)
  expect(new Set(first.map(({ cursor }) => cursor)).size).toBe(3)
  expect(first.map(({ account }) => account.id)).toEqual(['42', '42', '42'])
  expect((await follow(first[0]?.cursor ?? null)).slice(0, 2)).toEqual(first.slice(1))
})

test('The schema of one service is mocked too, and reloaded when it changes', async () => {
  const { data, errors } = await ask(other.url, '{ item(id: "5") { id name } }')
  expect([data.item.id, errors]).toEqual(['5', undefined])
  expect((await ask(other.url, '{ item(id: "5") { price } }')).errors?.[0]?.extensions['code']).toBe('TEAPOT')
  await writeFile(schemaFile(), 'type Query {')
  await until(() => /shop\.graphql:1:13: .*\nThe mock goes on as it was/.test(other.said()))
  expect((await ask(other.url, '{ item(id: "5") { id name } }')).data).toEqual(data)
  await writeFile(schemaFile(), SHOP.replace('price: Float!', 'price: Float! stock: Int!'))
  const changed = await until(
    async () => (await ask(other.url, '{ item(id: "5") { id name stock } }')).data ?? undefined,
  )
  expect(changed.item).toEqual({ ...data.item, stock: expect.any(Number) })
})

test.each([
  [['--delay', 'soon'], 'is no delay'],
  [['--errors', 'a=b=c'], 'is no error'],
  [['--seed', 'x'], '--seed x: must be'],
  [['--nothing'], 'There are --supergraph'],
])('The arguments %j are refused with an explanation', (flags, reason) => {
  expect(() => readArguments(flags, {})).toThrow(reason)
})

test('A missing schema file is refused with an explanation', async () => {
  await expect(start('--supergraph', 'missing.graphql')).rejects.toThrow('missing.graphql cannot be read')
})
