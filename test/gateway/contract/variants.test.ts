/** Changes of tags and contract variants: what changes, and whom it affects. */
import { expect, test } from '@jest/globals'
import { OperationTypeNode } from 'graphql'
import type { VariantFilter } from '../../../gateway/execution/plan/variant-schema.ts'
import { checkPlanted, shop, written } from './small-graph.ts'

const staff: VariantFilter = { include: [], exclude: ['internal'], hideUnreachable: true }
const open: VariantFilter = { include: ['public'], exclude: [], hideUnreachable: true }

/** What was in the base has one tag: `size` of a product is public. */
const checked = async (filter: VariantFilter, [from, to]: readonly [string, string], texts = {}) => {
  expect(shop).toContain(from)
  const operations = written(Object.keys(texts).length > 0 ? texts : undefined)
  const variants = [{ name: 'part', filter, operations: [] }]
  const { findings, faults, holds } = await checkPlanted({ shop: shop.replace(from, to), operations, variants })
  const ofVariant = findings.filter(({ message }) => message.startsWith('In the variant part: '))
  return {
    holds,
    faults: faults.map(({ code, message }) => `${code} ${message}`),
    findings: ofVariant.map(({ level, code, coordinate, verdict, affected }) =>
      `${level} ${code} ${coordinate} ${verdict} ${affected.map(({ operation }) => operation).join()}`.trim(),
    ),
  }
}

test.each<[what: string, change: readonly [string, string], found: readonly string[], holds: boolean]>([
  [
    'a field that is asked for breaks its clients there',
    ['  name: String!\n  price', '  name: String! @tag(name: "internal")\n  price'],
    ['breaking FIELD_REMOVED Product.name fails Page'],
    false,
  ],
  [
    'a field that nobody asks for is noted',
    ['  upc: String!\n', '  upc: String! @tag(name: "internal")\n'],
    ['breaking FIELD_REMOVED Product.upc noted'],
    true,
  ],
  [
    'an argument that nobody gives is noted',
    ['note: String)', 'note: String @tag(name: "internal"))'],
    ['breaking FIELD_ARGUMENT_REMOVED Query.product(note:) noted'],
    true,
  ],
  ['nothing is not told', ['  upc: String!\n', '  upc: String! @tag(name: "other")\n'], [], true],
])('A tag that hides %s', async (_what, change, found, holds) => {
  expect(await checked(staff, change)).toEqual({ findings: found, holds, faults: [] })
})

test('A removal from the whole schema is reported once', async () => {
  const gone = await checked(staff, ['  size: String @tag(name: "public")\n', ''])
  expect(gone.findings).toEqual([])
})

test('A variant that cannot be served any more is a fault', async () => {
  const { faults, holds } = await checked(staff, ['type Order {', 'type Order @tag(name: "internal") {'])
  expect(holds).toBe(false)
  expect(faults).toEqual([
    'VARIANT The variant part cannot be served. It hides "Order", but not "Mutation.order", which has that type.',
  ])
})

test('Recorded use by the path of a variant is affected by what changes there; other use is not', async () => {
  const use = { operation: 'Sold', kind: OperationTypeNode.QUERY, client: 'shop', version: '2', requests: 3 }
  const uses = new Map([['Product.upc', undefined]])
  const recorded = [
    { ...use, uses, variant: 'part' },
    { ...use, uses, operation: 'Whole' },
  ]
  const { findings } = await checkPlanted({
    shop: shop.replace('  upc: String!\n', '  upc: String! @tag(name: "internal")\n'),
    variants: [{ name: 'part', filter: staff, operations: [] }],
    operations: [],
    recorded,
  })
  expect(findings[0]).toMatchObject({ verdict: 'fails', place: { file: 'shop.graphql' } })
  expect(findings[0]?.affected.map(({ operation }) => operation)).toEqual(['Sold'])
})

test('A variant that could not be served before has no clients to break', async () => {
  const { findings, holds } = await checked(open, ['  old: String', '  old: String @tag(name: "public")'])
  expect({ findings, holds }).toEqual({ findings: [], holds: true })
})

test('Operations of its own safelist must be valid in it', async () => {
  const operations = written({ 'list.graphql': 'query Listed { dear product(id: 1) { size internal } }' })
  const variants = [{ name: 'part', filter: staff, operations }]
  const { faults } = await checkPlanted({ variants })
  expect(faults.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'INVALID In the variant part: Listed is not valid: Cannot query field "internal" on type "Product".',
  ])
})
