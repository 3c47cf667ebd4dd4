/** Requests to content that `test/stateless` sends to many instances, some of them invalid. */
import type { RequestsOfService } from '../../stateless/support/instances.ts'
import fc from '../../support/fast-check.ts'

const slugs = ['current-account-terms', 'savings-account-terms', 'foreign-currency-account-terms', 'no-such-article']
const locale = fc.constantFrom(undefined, 'en', 'pt', 'pt-PT', 'de')

const acceptLanguage = fc.constantFrom('en-GB', 'pt-BR,pt;q=0.9', '*', 'fr, pt;q=0.5')

const asked: RequestsOfService = fc.oneof(
  fc
    .record({
      slug: fc.constantFrom(...slugs),
      locale,
      acceptLanguage,
    })
    .map(({ slug, locale: wanted, acceptLanguage }) => ({
      query:
        'query ($slug: String!, $locale: String) { article(slug: $slug, locale: $locale) { id locale fallbackChain title html text ast readingTime tableOfContents { id text } image { url variants { url } } } }',
      variables: { slug, ...(wanted !== undefined && { locale: wanted }) },
      acceptLanguage,
    })),
  fc.record({ first: fc.integer({ min: -1, max: 20 }), locale }).map(({ first, locale: wanted }) => ({
    query:
      'query ($first: Int, $locale: String) { articles(first: $first, locale: $locale) { totalCount edges { cursor node { id title summary topics } } pageInfo { hasNextPage endCursor } } }',
    variables: { first, ...(wanted !== undefined && { locale: wanted }) },
  })),
  fc
    .record({
      text: fc.constantFrom('transfer', 'tranfser', 'card', 'juros', 'fee account', 'zzz', ''),
      acceptLanguage,
    })
    .map(({ text, acceptLanguage }) => ({
      query:
        'query ($text: String!) { search(text: $text, first: 10) { totalCount edges { cursor score node { slug title } highlights { fragments { text match } } } facets { topics { value count } } } }',
      variables: { text },
      acceptLanguage,
    })),
  fc
    .record({ id: fc.constantFrom('current-account', 'savings-account', 'nothing'), acceptLanguage })
    .map(({ id, acceptLanguage }) => ({
      query:
        'query ($things: [_Any!]!) { _entities(representations: $things) { ... on Product { name terms { title html } articles { edges { node { id } } } } ... on City { articles { totalCount } } } }',
      variables: {
        things: [
          { __typename: 'Product', id },
          { __typename: 'City', id: '2267057' },
        ],
      },
      acceptLanguage,
    })),
  fc.constant({ query: '{ articles(first: 5, untranslated: true) { totalCount edges { node { id } } } }' }),
)

export const requests: RequestsOfService = fc
  .record({ request: asked, isPreview: fc.boolean() })
  .map(({ request, isPreview }) => ({ ...request, perspective: isPreview ? 'preview' : 'published', isTimeless: true }))
