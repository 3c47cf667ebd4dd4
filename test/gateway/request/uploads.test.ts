/** File uploads with an operation are refused, with advice. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readAnswer } from '../../support/answer.ts'
import { verdict } from '../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'

let gateway: ShopGateway
beforeAll(async () => {
  gateway = await startShopGateway({ env: { STATELESS: 'items' } })
})
afterAll(() => gateway.stop())

/** Sends a file as the GraphQL multipart request specification says. */
const upload = async (bytes: number, headers: Record<string, string>) => {
  const body = new FormData()
  body.set('operations', JSON.stringify({ query: 'mutation ($file: ID!) { buy(input: { item: $file }) { id } }' }))
  body.set('map', '{"0":["variables.file"]}')
  body.set('0', new Blob([new Uint8Array(bytes)]), 'picture.png')
  return readAnswer(await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body }))
}

test.each([10, 5_000_000])('A file of %d bytes is refused, with what to do instead', async (bytes) => {
  const { length } = gateway.shop.orders.calls
  const answer = await upload(bytes, { 'apollo-require-preflight': 'true' })
  expect([verdict(answer), answer.headers.get('accept')]).toEqual([
    '415 BAD_USER_INPUT',
    'application/json; charset=utf-8',
  ])
  expect(answer.errors?.[0]?.message).toMatch(/^Files are not uploaded with operations: send the file to its service/)
  expect(gateway.shop.orders.calls.length).toBe(length)
})

test("A file from another site's page is refused as possible request forgery", async () => {
  const answer = await upload(10, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })
  expect(verdict(answer)).toBe('403 FORBIDDEN')
  expect(answer.errors?.[0]?.message).toContain('apollo-require-preflight')
})
