/**
 * Every attack of `npm run attack`, a small piece of each: the product holds. How long others wait
 * is measured by hand, on an idle machine.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Product, startProduct } from '../support/product.ts'
import { attacks } from './attacks.ts'
import { runAttacks } from './run.ts'
import type { Target } from './target.ts'

let product: Product
let target: Target
beforeAll(async () => {
  product = await startProduct({ LIMIT_BODY_SECONDS: '1' })
  target = {
    url: product.url,
    adminUrl: product.adminUrl,
    payer: await product.authorization('payer'),
    payee: await product.authorization('payee'),
    scale: 0.02,
  }
})
afterAll(() => product.stop())

test('The product withstands a part of every attack', async () => {
  const rows = await runAttacks(attacks, target, () => undefined)
  expect(rows.length).toBe(attacks.length)
  expect(rows.filter(({ held }) => !held)).toEqual([])
}, 900_000)
