/**
 * An entity that two fields spell differently is asked for in each spelling, and each field has the
 * answer to its own.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type ExactPath, openExactPath } from '../support/exact-path.ts'
import { type Federation, federate } from '../support/federation.ts'
import { differenceToExact, openProduct, runProduct } from '../support/two-paths.ts'
import { servicesOf } from '../support/universe.ts'
import { bakery } from '../universes/bakery.ts'

const query = '{ sale { offered: of { code shade: __typename } of { items: code } } }'
const SALE =
  '{"data":{"sale":{"of":{"__typename":"Product","id":"\\u00701"},"of_1":{"__typename":"Product","id":"p1"}}}}'
const CAKE = '{"data":{"_entities":[{"__typename":"Cake","code":"two"}]}}'
const OTHER = '{"data":{"_entities":[{"__typename":"Cake","code":"other"}]}}'

let federation: Federation
let path: ExactPath
beforeAll(async () => {
  federation = await federate(servicesOf(bakery))
  path = await openExactPath(federation.supergraph, federation.engine.schema)
})
afterAll(() => Promise.all([federation.close(), path.close()]))

test.each([
  ['flat', CAKE],
  ['takeover', ` ${CAKE}`],
])('Of one entity in two spellings the %s path takes to each what was answered to it', async (by, cake) => {
  const product = await openProduct(federation.engine, { query, variables: {} })
  const run = await runProduct(product, async ({ service, body: { bytes } }) => ({
    told: Buffer.from(service === 'counter' ? SALE : bytes.includes('\\u0070') ? cake : OTHER),
    isRead: true,
  }))
  expect([run.by, JSON.parse(run.answer.body.toString())]).toEqual([
    by,
    { data: { sale: { offered: { code: 'two', shade: 'Cake' }, of: { items: 'other' } } } },
  ])
  expect(await differenceToExact(await path.open(query, {}), run)).toBe('')
})
