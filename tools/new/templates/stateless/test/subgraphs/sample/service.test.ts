/** The service `sample` in this process, called as the gateway calls it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sampleService } from '../../../subgraphs/sample/service.ts'
import { type RunningService, startService } from '../../../subgraphs/shared/serve.ts'
import { signedCall, TEST_SECRET } from '../../support/signed-call.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService(sampleService, { GATEWAY_SECRET: TEST_SECRET, LOG_LEVEL: 'silent' })
})
afterAll(() => service.stop())

const ask = (query: string, variables = {}) => signedCall(service.url, { query, variables })

test('A sample is found by its id, and an unknown id gives null', async () => {
  const { data } = await ask('{ sample(id: "oak") { id name } none: sample(id: "none") { id } }')
  expect(data).toEqual({ sample: { id: 'oak', name: 'Oak' }, none: null })
})

test('Pages of any size list all samples once', async () => {
  const PAGE = `query ($first: Int!, $after: String) {
    samples(first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }`
  for (const first of [1, 2, 100]) {
    const ids: string[] = []
    let pageInfo: { hasNextPage: boolean; endCursor: string | null } | undefined
    do {
      const { data } = await ask(PAGE, { first, after: pageInfo?.endCursor })
      ids.push(...data.samples.edges.map(({ node }: { node: { id: string } }) => node.id))
      pageInfo = data.samples.pageInfo
    } while (pageInfo?.hasNextPage)
    expect(ids).toEqual(['ash', 'birch', 'cedar', 'elm', 'oak'])
  }
})

test('The last page of samples is read from the end', async () => {
  const { data } = await ask('{ samples(last: 2) { edges { node { id nodeId } } pageInfo { hasPreviousPage } } }')
  expect(data.samples).toEqual({
    edges: ['elm', 'oak'].map((id) => ({ node: { id, nodeId: expect.any(String) } })),
    pageInfo: { hasPreviousPage: true },
  })
})

test('Other services can refer to each sample by its key', async () => {
  const { data } = await ask(
    'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Sample { name } } }',
    { keys: ['elm', 'none'].map((id) => ({ __typename: 'Sample', id })) },
  )
  expect(data._entities).toEqual([{ name: 'Elm' }, null])
})
