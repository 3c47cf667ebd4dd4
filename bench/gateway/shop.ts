/**
 * The benchmark's shop: four services over small, fixed data, and their queries. It has the shape
 * of the public benchmark of federation gateways
 * (github.com/the-guild-org/federation-gateway-benchmark), with longer texts.
 */
import type { GraphQLFieldResolver } from 'graphql'
import type { BenchmarkGraph } from './graph.ts'

interface Reference {
  readonly __typename: string
  readonly id: string
  readonly upc: string
  readonly price?: number
  readonly weight?: number
}

const USERS = 6
const PRODUCTS = 9
const REVIEWS = 24

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
const user = (number: number) => ({ __typename: 'User', id: `u${number}` })
const product = (number: number) => ({ __typename: 'Product', upc: `p${number}` })
const review = (number: number) => ({ __typename: 'Review', id: `r${number}` })
const numberOf = (key: string): number => Number(key.slice(1))
const authorOf = (number: number): number => ((number - 1) % USERS) + 1
const productOf = (number: number): number => ((number * 5) % PRODUCTS) + 1

const fields: Readonly<Record<string, (source: Reference, args: { readonly first?: number }) => unknown>> = {
  'Query.me': () => user(1),
  'Query.users': () => numbers(USERS).map(user),
  'Query.topProducts': (_source, { first }) => numbers(Math.min(first ?? PRODUCTS, PRODUCTS)).map(product),
  'User.name': ({ id }) => `Customer number ${numberOf(id)}`,
  'User.username': ({ id }) => `customer${numberOf(id)}`,
  'User.birthday': ({ id }) => 1950 + numberOf(id),
  'User.reviews': ({ id }) =>
    numbers(REVIEWS)
      .filter((number) => authorOf(number) === numberOf(id))
      .map(review),
  'Product.name': ({ upc }) => `Product number ${numberOf(upc)}`,
  'Product.price': ({ upc }) => 100 * numberOf(upc),
  'Product.weight': ({ upc }) => 50 * numberOf(upc),
  'Product.inStock': ({ upc }) => numberOf(upc) % 2 === 0,
  'Product.shippingEstimate': ({ price = 0, weight = 0 }) => (price > 500 ? 0 : weight / 2),
  'Product.reviews': ({ upc }) =>
    numbers(REVIEWS)
      .filter((number) => productOf(number) === numberOf(upc))
      .map(review),
  'Review.body': ({ id }) => `Review ${id}: it does what it should, and it came in time.`,
  'Review.author': ({ id }) => user(authorOf(numberOf(id))),
  'Review.product': ({ id }) => product(productOf(numberOf(id))),
}

const resolve: GraphQLFieldResolver<Reference, unknown> = (source, args, _context, { parentType, fieldName }) => {
  const field = fields[`${parentType.name}.${fieldName}`]
  return field ? field(source, args) : source[fieldName as keyof Reference]
}

const LARGE = `
  fragment User on User { id username name }
  fragment Review on Review { id body }
  fragment Product on Product { inStock name price shippingEstimate upc weight }
  query Large {
    me { ...User birthday reviews { ...Review author { ...User } product { ...Product reviews { ...Review } } } }
    users {
      ...User
      reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } }
    }
    topProducts(first: 5) {
      ...Product
      reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
    }
  }`

const schema = (name: string): { name: string; schema: URL } => ({
  name,
  schema: new URL(`shop/${name}.graphql`, import.meta.url),
})

export const shop: BenchmarkGraph = {
  name: 'shop',
  services: ['accounts', 'inventory', 'products', 'reviews'].map(schema),
  resolve,
  queries: { large: LARGE, 'one field': 'query OneField { me { name } }' },
}
