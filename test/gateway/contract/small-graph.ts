/**
 * Two services that use every directive of federation, and clients of them, for planted changes.
 */
import { parse, Source } from 'graphql'
import { composeSchemas, type ServiceSchema, tryCompose } from '../../../gateway/composition/compose.ts'
import { check, type Report } from '../../../gateway/contract/checks/check.ts'
import type { Use } from '../../../gateway/contract/checks/use.ts'
import type { CheckedVariant } from '../../../gateway/contract/checks/variants.ts'
import { operationsOf, type WrittenOperation } from '../../../gateway/contract/sources/operation-files.ts'
import { defaultLimits } from '../../../gateway/limits/limits.ts'

const HEAD = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires",
    "@provides", "@override", "@inaccessible", "@tag", "@interfaceObject", "@authenticated", "@requiresScopes",
    "@policy", "@cost", "@listSize"])
`

export const shop = `${HEAD}
type Query {
  product(id: ID!, currency: String = "EUR", note: String): Product
  products(first: Int = 10): [Product!]! @listSize(slicingArguments: ["first"])
  search(filter: Filter): [Found!]!
  admin: String @authenticated
  secret: String @requiresScopes(scopes: [["shop:read"], ["shop:admin"]])
  dear: String @cost(weight: 5)
  policed: String @policy(policies: [["staff"]])
  old: String @deprecated(reason: "Use product.")
  things: [Thing!]!
}
type Mutation {
  order(input: OrderInput!): Order
}
interface Thing @key(fields: "id") { id: ID! name: String! }
type Toy implements Thing @key(fields: "id") { id: ID! name: String! }
type Product @key(fields: "id") @key(fields: "sku") @key(fields: "upc") {
  id: ID!
  sku: String! @shareable
  upc: String!
  name: String!
  price: Int!
  weight: Int @shareable
  size: String @tag(name: "public")
  internal: String @inaccessible
  color: Color
  origin: String @shareable
}
type Order { id: ID! state: State! ships: String @shareable }
union Found = Product | Order
enum Color { RED GREEN BLUE }
enum State { OPEN DONE }
enum Sort { PRICE NAME }
input Filter { text: String sort: Sort limit: Int = 10 }
input OrderInput { productId: ID! count: Int! gift: Boolean }
`

export const reviews = `${HEAD}
type Query { worst: Product best: Product @provides(fields: "origin") }
type Product @key(fields: "id") @key(fields: "sku") {
  id: ID!
  sku: String!
  price: Int! @external
  weight: Int @shareable
  origin: String @external
  shipping: Int @requires(fields: "price")
  label: String @requires(fields: "price origin")
  reviews(first: Int = 5): [Review!]!
  stars: Float @override(from: "shop")
}
type Thing @key(fields: "id") @interfaceObject { id: ID! rating: Int }
type Review { text: String! stars: Int! }
`

/** What clients ask, each in a file of its own. */
const clients: Readonly<Record<string, string>> = {
  'page.graphql': `query Page($id: ID!) {
  product(id: $id) {
    id
    name
    color
    weight
    reviews { text }
  }
}`,
  'search.graphql': `query Search($filter: Filter) {
  search(filter: $filter) {
    __typename
    ... on Product { id sku }
  }
}`,
  'order.graphql': `mutation Buy($input: OrderInput!) {
  order(input: $input) { id state }
}`,
  'admin.graphql': `query Admin {
  admin
  secret
  dear
  products(first: 3) { id shipping }
  best { origin }
}`,
  'things.graphql': `query Things {
  things { id name rating }
}`,
}

export const services = (parts: { shop?: string; reviews?: string } = {}): readonly ServiceSchema[] => [
  { name: 'shop', sdl: parts.shop ?? shop, file: 'shop.graphql' },
  { name: 'reviews', sdl: parts.reviews ?? reviews, file: 'reviews.graphql' },
]

export const written = (texts: Readonly<Record<string, string>> = clients): readonly WrittenOperation[] =>
  Object.entries(texts).flatMap(([file, text]) => operationsOf(parse(new Source(text, file))))

interface Planted {
  readonly shop?: string
  readonly reviews?: string
  readonly recorded?: readonly Use[]
  readonly operations?: readonly WrittenOperation[]
  readonly variants?: readonly CheckedVariant[]
  readonly accepted?: readonly string[]
  /** What is compared with, where it is not the graph as it is here. */
  readonly base?: Parameters<typeof services>[0]
}

const known = new Map<string, ReturnType<typeof composeSchemas>>()
function composedOnce(parts: readonly ServiceSchema[]): ReturnType<typeof composeSchemas> {
  const key = parts.map(({ sdl }) => sdl).join()
  const composed = known.get(key) ?? composeSchemas(parts)
  known.set(key, composed)
  return composed
}

export async function checkPlanted({
  recorded = [],
  operations = written(),
  variants = [],
  accepted = [],
  base: old = {},
  ...parts
}: Planted): Promise<Report> {
  const before = services(old)
  const base = { name: 'the base', ...composedOnce(before), services: before, isComposed: false }
  const input = {
    limits: defaultLimits,
    faults: [],
    recorded,
    operations,
    variants,
    accepted,
    base,
  }
  const now = services(parts)
  return check({ ...input, services: now, composed: tryCompose(now) })
}
