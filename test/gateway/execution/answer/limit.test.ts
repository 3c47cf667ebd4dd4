import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ask, verdict } from '../../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../../support/shop-gateway.ts'

const LIMIT = 2_000 // bytes

let gateway: ShopGateway
beforeAll(async () => {
  gateway = await startShopGateway({ limits: { answerBytes: LIMIT } })
})
afterAll(() => gateway.stop())

const names = (field: string, count: number): string =>
  Array.from({ length: count }, (_, number) => `name${number}: ${field}`).join(' ')

const refusals = async (): Promise<number> =>
  Number(
    /^tributary_limit_refusals_total\{limit="answerBytes"\} (\d+)/m.exec(await gateway.registry.metrics())?.[1] ?? 0,
  )

test.each([
  ['a long list', '{ orders(first: 300) { id note } }'],
  ['one value under many names', `{ order(id: "1") { ${names('note', 300)} } }`],
  ['one object in many places', '{ orders(first: 200) { item { id name } } }'],
  ['an answer with errors', `{ refused orders(first: 300) { id note } }`],
  ['text of several bytes a character', `{ order(id: "${'語'.repeat(300)}") { id note item { id } } }`],
])('%s is refused once it is too large, with the limit counted', async (_name, query) => {
  const before = await refusals()
  // The second time its document and plan are known.
  for (let time = 1; time <= 2; time += 1) {
    const answer = await ask(gateway.url, query)
    expect(verdict(answer)).toBe('200 OPERATION_TOO_COMPLEX')
    expect(answer.data).toBeNull()
    expect(await refusals()).toBe(before + time)
  }
})

test('An answer within the limit is unchanged to the byte', async () => {
  const answerOf = (bytes: number) => {
    const id = 'x'.repeat(bytes - '{"order":{"id":""}}'.length)
    return ask(gateway.url, `{ order(id: "${id}") { id } }`)
  }
  const fitting = await answerOf(LIMIT)
  expect([verdict(fitting), JSON.stringify(fitting.data).length]).toEqual(['200 OK', LIMIT])
  expect(verdict(await answerOf(LIMIT + 1))).toBe('200 OPERATION_TOO_COMPLEX')
})
