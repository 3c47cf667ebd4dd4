/** The service `sample` on a database of its own, called as the gateway calls it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type StatefulService, startStateful } from '../../support/stateful-service.ts'

let service: StatefulService
beforeAll(async () => {
  service = await startStateful('sample')
})
afterAll(() => service?.stop())

const ADD = 'mutation ($input: AddSampleInput!) { addSample(input: $input) { id name createdAt } }'
const add = (caller: string | null, idempotencyKey: string, name: string) =>
  service.call(caller, ADD, { input: { idempotencyKey, name } })

test('An addition that is sent again is made once, and its key is refused for another', async () => {
  const first = (await add('payer', 'key-1', 'One')).data.addSample
  expect(first).toEqual({ id: expect.any(String), name: 'One', createdAt: expect.stringMatching(/^\d{4}-.*Z$/) })
  expect((await add('payer', 'key-1', 'One')).data.addSample).toEqual(first)
  expect((await add('payer', 'key-1', 'Another')).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
  const { data } = await service.call('payer', '{ samples { edges { node { id } } } }')
  expect(data.samples.edges).toEqual([{ node: { id: first.id } }])
})

test('Each caller sees their own samples only, and a signed-out caller sees none', async () => {
  const { id } = (await add('payee', 'key-1', 'Mine')).data.addSample
  const ONE = 'query ($id: ID!) { sample(id: $id) { name } }'
  const ENTITY = 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Sample { name } } }'
  const keys = [{ __typename: 'Sample', id }]
  for (const [caller, seen] of [
    ['payee', { name: 'Mine' }],
    ['payer', null],
    [null, null],
  ] as const) {
    expect((await service.call(caller, ONE, { id })).data.sample).toEqual(seen)
    expect((await service.call(caller, ENTITY, { keys })).data._entities).toEqual([seen])
  }
  expect((await add(null, 'key-2', 'Nobody')).errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' })
})

test('Pages list all samples once, the newest first', async () => {
  const ids: string[] = []
  for (const number of [1, 2, 3]) ids.unshift((await add('officer', `key-${number}`, 'Listed')).data.addSample.id)
  const PAGE = `query ($after: String) {
    samples(first: 2, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }`
  const first = (await service.call('officer', PAGE)).data.samples
  const second = (await service.call('officer', PAGE, { after: first.pageInfo.endCursor })).data.samples
  expect([first, second].flatMap(({ edges }) => edges).map(({ node }) => node.id)).toEqual(ids)
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false])
})
