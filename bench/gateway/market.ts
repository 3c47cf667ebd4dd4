/**
 * The benchmark's market: five services over generated data in which no two objects are alike, as
 * on most pages, and the queries of the workloads PAGE, BIG and of joined lists.
 */
import type { GraphQLFieldResolver } from 'graphql'
import type { BenchmarkGraph } from './graph.ts'
import { country, personName, productName, scatter, sentences } from './market/texts.ts'

interface Reference {
  readonly __typename: string
  readonly id: string
  readonly upc: string
  /** Present only if the representation has it. */
  readonly grams?: number
}

const REVIEWS = 3 // of a product, each by a different author
/** Numbers of the authors' other reviews, which only BIG reads, begin here. */
const FIRST_OTHER = 1_000_000
/** Authors' other reviews are of this many products, so that BIG has each about three times. */
const REVIEWED_BY_OTHERS = 80
const OTHERS = 8 // at most, of an author
const FIRST_UPC = 4_006_381_000_000

const range = (begin: number, count: number): number[] => Array.from({ length: count }, (_, index) => begin + index)
const user = (number: number) => ({ __typename: 'User', id: `user-${number}` })
const seller = (number: number) => ({ __typename: 'Seller', id: `seller-${number}` })
const review = (number: number) => ({ __typename: 'Review', id: `review-${number}` })
const product = (number: number) => ({ __typename: 'Product', upc: `${FIRST_UPC + number}` })
const upcOf = ({ upc }: Reference): number => Number(upc) - FIRST_UPC
const idOf = ({ id }: Reference): number => Number(id.slice(id.indexOf('-') + 1))
const productOf = (number: number): number =>
  number < FIRST_OTHER ? Math.floor(number / REVIEWS) : scatter(number) % REVIEWED_BY_OTHERS

const fields: Readonly<Record<string, (source: Reference, args: { readonly first: number }) => unknown>> = {
  'Query.products': (_source, { first }) => range(0, first).map(product),
  'Product.name': (source) => productName(upcOf(source)),
  'Product.description': (source) => (upcOf(source) % 20 === 0 ? null : sentences(upcOf(source), 2)),
  'Product.price': (source) => ({ cents: 99 + (scatter(upcOf(source)) % 90_000), currency: 'EUR' }),
  'Product.grams': (source) => 50 + (scatter(upcOf(source)) % 9_000),
  'Product.seller': (source) => seller(upcOf(source)),
  'Product.quantity': (source) => scatter(upcOf(source) + 1) % 500,
  'Product.warehouse': (source) => `${country(upcOf(source))}-${scatter(upcOf(source)) % 90}`,
  'Product.shipping': ({ grams = 0 }) => 290 + Math.ceil(grams / 10),
  'Product.reviews': (source, { first }) => range(upcOf(source) * REVIEWS, Math.min(first, REVIEWS)).map(review),
  'Seller.name': (source) => `${personName(idOf(source))} & Filhos`,
  'Seller.country': (source) => country(idOf(source)),
  'Seller.rating': (source) => (scatter(idOf(source)) % 500) / 100,
  'Review.stars': (source) => 1 + (scatter(idOf(source)) % 5),
  'Review.text': (source) => sentences(idOf(source), idOf(source) % 5 === 0 ? 2 : 1),
  'Review.author': (source) => user(idOf(source)),
  'Review.product': (source) => product(productOf(idOf(source))),
  'User.name': (source) => personName(idOf(source)),
  'User.country': (source) => country(idOf(source)),
  'User.reviews': (source, { first }) =>
    range(FIRST_OTHER + idOf(source) * OTHERS, Math.min(first, OTHERS)).map(review),
}

const resolve: GraphQLFieldResolver<Reference, unknown> = (source, args, _context, { parentType, fieldName }) => {
  const field = fields[`${parentType.name}.${fieldName}`]
  return field ? field(source, args as { first: number }) : source[fieldName as keyof Reference]
}

const page = (count: number): string => `
  query Page {
    products(first: ${count}) {
      upc name description price { cents currency } quantity warehouse shipping
      seller { id name country rating }
      reviews(first: 3) { id stars text author { id name country } }
    }
  }`

const BIG = `
  query Big {
    products(first: 39) {
      ...Product
      description warehouse shipping
      reviews(first: 3) {
        id stars text
        author {
          id name country
          reviews(first: 2) {
            id stars text
            product { ...Product reviews(first: 1) { id text author { id name } } }
          }
        }
      }
    }
  }
  fragment Product on Product { upc name price { cents } quantity seller { id name rating } }`

const joined = (count: number): string => `
  query Joined {
    products(first: ${count}) { upc name description price { cents currency } quantity warehouse shipping }
  }`

export const JOINED_LISTS: readonly number[] = [10, 100, 1_000, 10_000]

const schema = (name: string): { name: string; schema: URL } => ({
  name,
  schema: new URL(`market/${name}.graphql`, import.meta.url),
})

export const market: BenchmarkGraph = {
  name: 'market',
  services: ['inventory', 'products', 'reviews', 'sellers', 'users'].map(schema),
  resolve,
  queries: {
    'page 20': page(20),
    'page 200': page(200),
    'page 1000': page(1_000),
    big: BIG,
    ...Object.fromEntries(JOINED_LISTS.map((count) => [`joined ${count}`, joined(count)])),
  },
}
