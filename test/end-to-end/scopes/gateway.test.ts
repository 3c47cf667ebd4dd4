/** The gateway alone guards a bank that checks nothing. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type * as Access from '../../../subgraphs/banking/request/access.ts'
import { readAnswer } from '../../support/answer.ts'
import { signedFetch } from '../../support/signed-call.ts'
import { guarded, operationFor, type Pair, SUPERGRAPH, startPair } from './guarded.ts'

const ANYBODY = { id: 'payer', scopes: new Set(['banking:read', 'banking:write', 'banking:officer']) }

let pair: Pair
beforeAll(async () => {
  const access = '../../../subgraphs/banking/request/access.ts'
  const real = (await import(access)) as typeof Access
  jest.unstable_mockModule(access, () => ({ ...real, requireScope: (caller: unknown) => caller ?? ANYBODY }))
  const { banking } = await import('../../../subgraphs/banking/main.ts')
  pair = await startPair(banking, SUPERGRAPH)
})
afterAll(() => pair.stop())

test('The bank of these tests tells anybody who the payer is', async () => {
  const answer = await readAnswer(await signedFetch(pair.bankUrl, { query: '{ me { name } }' }))
  expect(answer.data).toEqual({ me: { name: 'Ana Ribeiro' } })
})

test.each(guarded.filter(({ coordinate }) => !coordinate.startsWith('Webhook.')))(
  'The gateway never asks for $coordinate without $scope',
  async (each) => {
    const before = await pair.calls()
    for (const [scope, code] of [
      [null, 'UNAUTHENTICATED'],
      ['content:preview', 'FORBIDDEN'],
    ] as const) {
      const answer = await pair.ask(operationFor(each), scope)
      expect({ data: Object.values(answer.data ?? {}), codes: answer.errors?.map((error) => error.extensions['code']) }).toEqual(
        { data: answer.data ? [null] : [], codes: [code] },
      )
    }
    expect(await pair.calls()).toBe(before)
  },
)

test('The secret of a webhook is left out of what is asked for a caller who may only read', async () => {
  const query = '{ me { name webhooks { secret } } }'
  const answer = await pair.ask(query, 'banking:read')
  expect(answer.errors?.map(({ extensions, path }) => [extensions['code'], path])).toEqual([])
})

test('What needs no scope, and what the caller may see, is answered beside what is denied', async () => {
  const answer = await pair.ask('{ me { name } exchangeRates { currency } loans { edges { cursor } } }', 'banking:read')
  expect(answer.data).toBeNull()
  const readable = await pair.ask('{ me { name } exchangeRates { currency } }', 'banking:read')
  expect(readable.data).toMatchObject({ me: { name: 'Ana Ribeiro' }, exchangeRates: expect.any(Array) })
})
