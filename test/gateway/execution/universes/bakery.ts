/**
 * Interfaces of which services know no objects and cannot find any: they name them by keys that
 * others resolve.
 */
import type { Thing, Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external",
  "@interfaceObject", "@shareable", "@provides"])`

const oven = `${link}
type Query { bread(id: ID!): Bread baked: [Product!] }
interface Product @key(fields: "id") @key(fields: "code") { id: ID! code: String weight(unit: Int): Int }
type Bread implements Product @key(fields: "id") @key(fields: "code") { id: ID! code: String weight(unit: Int): Int crust: String next: Product }
type Cake implements Product @key(fields: "id") @key(fields: "code") { id: ID! code: String weight(unit: Int): Int layers: Int! }
`

const counter = `${link}
type Query { product: Product products: [[Product]] sale: Sale }
type Sale { of: Product! price: Int }
type Product @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
`

const stand = `${link}
type Query { offered: [Product!]! }
type Product @key(fields: "code", resolvable: false) @interfaceObject { code: String shade: String @shareable }
`

const labels = `${link}
type Query { labelled: Product }
type Product @key(fields: "code", resolvable: false) @key(fields: "id") @interfaceObject {
  id: ID! code: String text: String shade: String @shareable
}
`

const guests = `${link}
type Query { guest(id: ID!): Guest }
type Guest @key(fields: "id") { id: ID! ate: [Product] }
type Product @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
`

const shelf = `${link}
type Query { shelf: Shelf }
type Shelf { items: [Product] best: Bread any: Any }
interface Product @key(fields: "id", resolvable: false) { id: ID! }
type Bread implements Product @key(fields: "id", resolvable: false) { id: ID! }
type Cake implements Product @key(fields: "id", resolvable: false) { id: ID! }
union Any = Shelf | Cake
`

function createWorld() {
  const weight =
    (grams: number | null) =>
    ({ unit }: Readonly<Record<string, unknown>>) =>
      grams === null ? null : typeof unit === 'number' ? grams * unit : grams
  const products: Record<string, unknown>[] = [
    { __typename: 'Bread', id: '1', code: 'c1', weight: weight(500), crust: 'hard', text: 'one', shade: 'brown' },
    { __typename: 'Cake', id: 'p1', code: 'two', weight: weight(null), layers: 3, text: null, shade: null },
    { __typename: 'Bread', id: 'id', code: 'p2', weight: weight(2), crust: null, text: 'three', shade: 'white' },
  ]
  const [first, second, third] = products
  if (first) first['next'] = second
  if (third) third['next'] = third
  const guests = ['1', 'two'].map((id, index) => ({
    __typename: 'Guest',
    id,
    ate: index === 0 ? [second, null, first] : null,
  }))
  const find =
    (list: readonly Record<string, unknown>[]) =>
    ({ id }: Readonly<Record<string, unknown>>) =>
      list.find((each) => each['id'] === id) ?? null
  return {
    Query: {
      bread: ({ id }: Readonly<Record<string, unknown>>) => (id === '1' ? first : null),
      baked: products,
      product: first,
      products: [[first, null], null, [second, third]],
      sale: { __typename: 'Sale', of: second, price: 4 },
      offered: [third, first],
      labelled: second,
      shelf: { __typename: 'Shelf', items: [second, null, third], best: first, any: second },
      guest: find(guests),
    } as Thing,
    entities: [...products, ...guests] as Thing[],
  }
}

export const bakery: Universe = {
  name: 'bakery',
  services: { oven, counter, stand, labels, guests, shelf },
  createWorld,
}
