/** The gateway alone guards a bank that checks nothing. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type * as Banking from '../../../subgraphs/banking/main.ts'
import { signedCall } from '../../support/signed-call.ts'
import { importWith } from '../../support/stand-in.ts'
import { operationFor, outcomeOf, type Pair, roots, SUPERGRAPH, startPair } from './guarded.ts'

let pair: Pair
beforeAll(async () => {
  const bank = new URL('../../../subgraphs/banking/', import.meta.url)
  const { banking } = await importWith<typeof Banking>(
    new URL('main.ts', bank),
    new URL('request/access.ts', bank),
    new URL('no-access.ts', import.meta.url),
  )
  pair = await startPair(banking, SUPERGRAPH)
})
afterAll(() => pair?.stop())

test('The bank of these tests tells any caller who the payer is', async () => {
  const { data } = await signedCall(pair.bankUrl, { query: '{ me { name } }' })
  expect(data).toEqual({ me: { name: 'Ana Ribeiro' } })
})

test.each(roots)('The gateway never asks for $coordinate without $scope', async (each) => {
  const before = await pair.calls()
  expect(outcomeOf(await pair.ask(operationFor(each), null))).toBe('UNAUTHENTICATED')
  expect(outcomeOf(await pair.ask(operationFor(each), 'content:preview'))).toBe('FORBIDDEN')
  expect(await pair.calls()).toBe(before)
})

const REGISTER = `mutation { registerWebhook(input: { idempotencyKey: "1", url: "https://example.com/events" }) {
  ... on WebhookAccepted { webhook { secret } } ... on Refusal { message } } }`

test('A caller who may only read sees a webhook without its secret', async () => {
  const registered = await pair.ask(REGISTER, 'banking:read banking:write')
  expect(registered.data).toMatchObject({ registerWebhook: { webhook: { secret: expect.any(String) } } })
  const query = '{ me { name webhooks { url secret } } }'
  expect((await pair.ask(query, 'banking:read banking:write')).errors).toBeUndefined()
  const { data, errors } = await pair.ask(query, 'banking:read')
  expect({ data, paths: errors?.map(({ path }) => path) }).toEqual({
    data: { me: null },
    paths: [['me', 'webhooks', 0, 'secret']],
  })
  expect((await pair.ask('{ me { name webhooks { url } } }', 'banking:read')).errors).toBeUndefined()
})

test('What needs no scope is answered beside what is denied', async () => {
  const { data, errors } = await pair.ask('{ me { name } exchangeRates { currency } }', null)
  expect(data).toMatchObject({ me: null, exchangeRates: expect.arrayContaining([{ currency: 'USD' }]) })
  expect(errors).toMatchObject([{ path: ['me'], extensions: { code: 'UNAUTHENTICATED' } }])
})
