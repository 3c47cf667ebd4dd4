/**
 * Keys of every form, inputs of `@requires`, shared, moved and hidden fields, interfaces and unions
 * whose types live in different services.
 */
import { codedError } from '../../../../platform/protocol/errors.ts'
import { read, type Thing, type Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external",
  "@provides", "@shareable", "@override", "@inaccessible", "@tag"])`

const accounts = `${link}
type Query { me: User user(id: ID!): User users(first: Int = 3): [User!]! node(id: ID!): Node everyone: [Person] }
type Mutation { rename(id: ID!, name: String!): User bump(by: Int = 1): Int! }
interface Node { id: ID! }
interface Person { id: ID! name(upper: Boolean = false): String }
type User implements Node & Person @key(fields: "id") @key(fields: "email") {
  id: ID!
  email: String!
  name(upper: Boolean = false): String
  level: Level
  settings: Json
  secret: String @inaccessible
  friends(first: Int): [User]
  address: Address @shareable
  manager: Person
}
type Robot implements Node & Person { id: ID! name(upper: Boolean = false): String model: String }
type Address @shareable { street: String city: String! zip: Int }
enum Level { LOW HIGH HIDDEN @inaccessible }
scalar Json
`

const products = `${link}
type Query { product(upc: ID!): Product products(first: Int): [Product] shelf: [[Item]] search(text: String): [Found!] }
interface Item { upc: ID! title: String price(currency: Currency = EUR): Float }
type Product implements Item @key(fields: "upc") @key(fields: "brand { id } number") {
  upc: ID!
  number: Int!
  title: String @tag(name: "shown")
  price(currency: Currency = EUR): Float
  brand: Brand! @shareable
  weight(unit: Unit = KG): Float
  dimensions: Dimensions
  tags: [[String!]]
  old: String
}
type Bundle implements Item @key(fields: "upc") { upc: ID! title: String price(currency: Currency = EUR): Float parts: [Item!] }
type Brand @key(fields: "id") { id: ID! label: String @shareable }
type Dimensions { width: Int height: Int sides: [Side] }
type Side { length: Int label: String }
union Found = Product | Bundle | Brand
enum Currency { EUR USD }
enum Unit { KG G }
`

const reviews = `${link}
type Query { latest(first: Int = 2): [Review] review(id: ID!): Review }
type Mutation { write(text: String!, upc: ID!): Review shout(text: String): String }
type Review @key(fields: "id") {
  id: ID!
  text(length: Int): String
  stars: Int
  author: User @provides(fields: "email")
  product: Product
  subject: Subject
  fragile(odd: Int!): Int!
  broken: Int
}
union Subject = User | Product | Review
type User @key(fields: "id") { id: ID! email: String! @external reviews(first: Int): [Review!] address: Address @shareable }
type Address @shareable { street: String city: String! }
type Product @key(fields: "upc") { upc: ID! reviews: [Review] rating: Float }
type Bundle @key(fields: "upc") { upc: ID! reviews: [Review] }
`

const stock = `${link}
type Query { warehouse(id: Int!): Warehouse }
type Product @key(fields: "brand { id } number") {
  brand: Brand! @shareable
  number: Int!
  weight(unit: Unit = KG): Float @external
  dimensions: Dimensions @external
  rating: Float @external
  shipping(express: Boolean): String @requires(fields: "weight(unit: G) dimensions { width sides { length } }")
  worth: Float @requires(fields: "rating")
  old: String @override(from: "products")
  warehouses: [[Warehouse]]
}
type Dimensions @external { width: Int sides: [Side] }
type Side @external { length: Int }
type Brand @key(fields: "id") { id: ID! label: String @shareable country: String }
type Warehouse @key(fields: "id") { id: Int! name: String keeper: User }
type User @key(fields: "email") { email: String! badges: [Badge] }
interface Badge { label: String }
type Gold implements Badge { label: String karat: Int! }
type Paper implements Badge { label: String color: String }
enum Unit { KG G }
`

const limited =
  (items: readonly unknown[]) =>
  ({ first }: Readonly<Record<string, unknown>>) =>
    typeof first === 'number' ? items.slice(0, Math.max(0, first)) : items

function createWorld() {
  const named =
    (name: string | null) =>
    ({ upper }: Readonly<Record<string, unknown>>) =>
      upper ? name?.toUpperCase() : name
  const address = (street: string, city: string, zip: number | null) => ({ __typename: 'Address', street, city, zip })
  const users: Record<string, unknown>[] = [
    {
      id: '1',
      email: 'ada@x',
      level: 'HIGH',
      settings: { a: [1, { b: null }], __typename: 'Odd' },
      name: named('Ada'),
    },
    { id: '2', email: 'bob@x', level: null, settings: 'text', name: named(null) },
    { id: 'id', email: 'eve@x', level: 'LOW', settings: null, name: named('Eve "\u2028\n\ud83d\ude00') },
  ].map((user) => ({ __typename: 'User', secret: 'never shown', ...user }))
  const [ada, bob, eve] = users as [Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]
  const robot = { __typename: 'Robot', id: '9', name: named('Rob'), model: 'R1' }
  const brands = ['b1', 'b2'].map((id) => ({
    __typename: 'Brand',
    id,
    label: `Brand ${id}`,
    country: id === 'b1' ? 'NL' : null,
  }))
  const badges = [
    { __typename: 'Gold', label: 'first', karat: 18 },
    null,
    { __typename: 'Paper', label: null, color: 'red' },
  ]
  const warehouses = [1, 2].map((id) => ({
    __typename: 'Warehouse',
    id,
    name: `W${id}`,
    keeper: id === 1 ? ada : null,
  }))
  const products = ['p1', 'p2', 'p3'].map((upc, index) => ({
    __typename: 'Product',
    upc,
    number: index,
    title: index === 1 ? null : `Title ${upc}`,
    price: ({ currency }: Readonly<Record<string, unknown>>) => (currency === 'USD' ? index * 1.5 : index),
    brand: brands[index % 2],
    weight: ({ unit }: Readonly<Record<string, unknown>>) => (unit === 'G' ? index * 1000 : index),
    dimensions:
      index === 2
        ? null
        : { width: index + 1, height: 5, sides: [{ length: 7, label: 'l' }, null, { length: null, label: 's' }] },
    tags: index === 0 ? [['a', 'b'], null, []] : null,
    old: `old ${upc}`,
    rating: index === 1 ? null : 4.5,
    warehouses: [[warehouses[0], null], null, [warehouses[1], warehouses[0]]],
    reviews: [] as unknown[],
  }))
  const bundle = {
    __typename: 'Bundle',
    upc: 'k1',
    title: 'Bundle',
    price: () => 99,
    parts: products.slice(0, 2),
    reviews: [] as unknown[],
  }
  const reviews = products.flatMap((product, index) =>
    [ada, eve].map((author, which) => ({
      __typename: 'Review',
      id: `r${index}${which}`,
      text: ({ length }: Readonly<Record<string, unknown>>) =>
        `Text of ${product.upc}`.slice(0, typeof length === 'number' ? Math.max(0, length) : undefined),
      stars: which === 0 ? index : null,
      author: which === 0 ? author : index === 1 ? null : author,
      product,
      subject: [author, product, null][(index + which) % 3],
      fragile: ({ odd }: Readonly<Record<string, unknown>>) => {
        if (Number(odd) % 2 !== 0) throw codedError('BAD_USER_INPUT', 'That is odd.')
        return odd
      },
      broken: () => {
        throw codedError('FORBIDDEN', 'Nobody may see this.')
      },
    })),
  )
  for (const product of products) product.reviews.push(...reviews.filter((review) => review.product === product))
  for (const user of users) {
    user['friends'] = limited([bob, null, eve, ada])
    user['address'] = user === bob ? null : address(`Street ${user['id']}`, 'Town', user === ada ? 1000 : null)
    user['manager'] = user === ada ? robot : ada
    user['reviews'] = limited(reviews.filter((review) => review.author === user))
    user['badges'] = user === ada ? badges : []
  }
  const find = (list: readonly Thing[], key: string) => (args: Readonly<Record<string, unknown>>) =>
    list.find((item) => item[key] === args[key]) ?? null
  let count = 0
  let written = 0
  return {
    Query: {
      me: ada,
      user: find(users as Thing[], 'id'),
      users: limited(users),
      node: find([...users, robot] as Thing[], 'id'),
      everyone: [ada, robot, null, bob],
      product: find(products, 'upc'),
      products: limited(products),
      shelf: [[products[0], bundle, null], null, [products[2]]],
      search: () => [products[1], bundle, brands[0]],
      latest: limited(reviews),
      review: find(reviews, 'id'),
      warehouse: find(warehouses, 'id'),
    },
    Mutation: {
      rename({ id, name }: Readonly<Record<string, unknown>>) {
        const user = users.find((each) => each['id'] === id)
        if (user) user['name'] = named(String(name))
        return user ?? null
      },
      bump({ by }: Readonly<Record<string, unknown>>) {
        count += Number(by ?? 0)
        return count
      },
      write({ text, upc }: Readonly<Record<string, unknown>>) {
        const product = products.find((each) => each.upc === upc) ?? null
        return {
          __typename: 'Review',
          id: `new${++written}`,
          text: () => text,
          stars: count,
          product,
          author: bob,
          subject: null,
          fragile: ({ odd }: Thing) => odd,
          broken: null,
        }
      },
      shout: ({ text }: Readonly<Record<string, unknown>>) => (typeof text === 'string' ? `${text}!${count}` : null),
    },
    entities: [...users, ...brands, ...warehouses, ...products, bundle, ...reviews] as Thing[],
  }
}

export const shop: Universe = {
  name: 'shop',
  services: { accounts, products, reviews, stock },
  createWorld,
  computed: {
    'Product.shipping'(input, { express }) {
      const dimensions = read(input, 'dimensions')
      const sides = read(dimensions, 'sides') as readonly unknown[] | null | undefined
      const lengths = sides?.map((side) => (side ? read(side, 'length') : 'none')).join('+')
      return `${read(input, 'weight', { unit: 'G' })}g ${read(dimensions, 'width')} ${lengths} ${express ?? 'unset'}`
    },
    'Product.worth'(input) {
      const rating = read(input, 'rating')
      return typeof rating === 'number' ? rating * 2 : null
    },
  },
}
