/** The resolvers of all types. */
import { Article } from './article.ts'
import { Asset } from './asset.ts'
import { Query } from './query.ts'
import { City, Merchant, Product } from './relations.ts'

export const resolvers = {
  Query,
  Article,
  ArticleEdge: { highlights: (edge: { highlights?: () => unknown }) => edge.highlights?.() ?? [] },
  Asset,
  City,
  Merchant,
  Product,
}
