/**
 * Requests to content, which `test/stateless` asks of many instances: wrong ones are among them.
 */
import type { RequestsOfService } from '../../stateless/support/instances.ts'
import fc from '../../support/fast-check.ts'

const slugs = ['current-account-terms', 'savings-account-terms', 'foreign-currency-account-terms', 'no-such-article']
const locale = fc.constantFrom(undefined, 'en', 'pt', 'pt-PT', 'de')

export const requests: RequestsOfService = fc.oneof(
  fc
    .record({
      slug: fc.constantFrom(...slugs),
      locale,
      acceptLanguage: fc.constantFrom('en', 'pt-BR,pt;q=0.9', '*', 'fr, de'),
    })
    .map(({ slug, locale: asked, acceptLanguage }) => ({
      query:
        'query ($slug: String!, $locale: String) { article(slug: $slug, locale: $locale) { id locale title html text readingTime tableOfContents { id text } } }',
      variables: { slug, ...(asked !== undefined && { locale: asked }) },
      acceptLanguage,
    })),
  fc.record({ first: fc.integer({ min: 0, max: 20 }), locale }).map(({ first, locale: asked }) => ({
    query:
      'query ($first: Int, $locale: String) { articles(first: $first, locale: $locale) { edges { cursor node { id title summary topics } } pageInfo { hasNextPage endCursor } } }',
    variables: { first, ...(asked !== undefined && { locale: asked }) },
  })),
  fc.constantFrom('transfer', 'tranfser', 'card', 'juros', 'fee account', 'zzz', '').map((text) => ({
    query: 'query ($text: String!) { search(text: $text, first: 10) { edges { node { slug title } } } }',
    variables: { text },
  })),
  fc.constantFrom('current-account', 'savings-account', 'nothing').map((id) => ({
    query:
      'query ($products: [_Any!]!) { _entities(representations: $products) { ... on Product { name terms { title html } } } }',
    variables: { products: [{ __typename: 'Product', id }] },
  })),
)
