import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { articleFile, type TestService, testFolder, testService } from '../support/library.ts'

let content: TestService
beforeAll(async () => {
  const folder = await testFolder({
    'en/fees.md': articleFile('Fees', 'publishedOn: 2026-01-01\ntopics: [costs]'),
    'pt/fees.md': articleFile('Preços', 'publishedOn: 2026-01-01\ntopics: [costs]'),
    'pt-BR/fees.md': articleFile('Tarifas'),
    'en/cards.md': articleFile('Cards', 'publishedOn: 2026-03-01\nproducts: [gold]\ncategories: [Car rental]'),
    'en/undated.md': articleFile('Undated', 'topics: [cafe\u0301s]\ncategories: [Cafe\u0301 bar]'),
    'en/secret.md': articleFile('Secret', 'draft: true\npublishedOn: 2026-05-01\ncities: [2267057]'),
    'pt/secret.md': articleFile('Segredo', 'draft: true'),
    'de/secret.md': articleFile('Geheim', 'draft: true'),
    'en/gold-terms.md': articleFile('Terms of Gold', 'product: Gold'),
    'pt/gold-terms.md': articleFile('Condições do Ouro', 'product: Ouro'),
    'en/plain-terms.md': articleFile('Plain terms'),
    'en/hidden-terms.md': articleFile('Hidden terms', 'draft: true'),
  })
  content = await testService(folder.path)
})
afterAll(() => content[Symbol.asyncDispose]())

describe('one article', () => {
  const locales = async (locale: string | undefined, acceptLanguage?: string) => {
    const argument = locale === undefined ? '' : `, locale: ${JSON.stringify(locale)}`
    const { data } = await content.ask(
      `{ article(slug: "fees"${argument}) { locale fallbackChain } }`,
      acceptLanguage === undefined ? {} : { acceptLanguage },
    )
    return [data.article.locale, data.article.fallbackChain.join(' ')]
  }

  test.each([
    ['the locale asked for', 'pt', 'pt', 'pt pt-BR en'],
    ['its region', 'pt-BR', 'pt-BR', 'pt-BR pt en'],
    ['its language where the region is missing', 'pt-PT', 'pt', 'pt-PT pt pt-BR en'],
    ['the default where the language is missing', 'fr-CA', 'en', 'fr-CA fr en'],
    ['a script', 'zh-Hant-TW', 'en', 'zh-Hant-TW zh-Hant zh en'],
    ['a tag with an extension', 'pt-BR-u-ca-buddhist', 'pt-BR', 'pt-BR-u-ca-buddhist pt-BR-u-ca pt-BR pt en'],
    ['a tag with private parts', 'de-x-bank', 'en', 'de-x-bank de en'],
    ['a tag with another extension', 'en-a-bbb-x-a-ccc', 'en', 'en-a-bbb-x-a-ccc en-a-bbb-x-a en-a-bbb en'],
    ['any spelling of the tag', 'PT-br', 'pt-BR', 'pt-BR pt en'],
  ])('An article is answered in %s, with the locales tried', async (_what, wanted, locale, chain) => {
    expect(await locales(wanted)).toEqual([locale, chain])
  })

  test.each([
    ['nothing', undefined, 'en', 'en'],
    ['one language', 'pt', 'pt', 'pt pt-BR en'],
    ['several with weights', 'en;q=0.1, pt-BR;q=0.9, fr', 'pt-BR', 'fr pt-BR pt en'],
    ['a star first', '*, pt;q=0.5', 'en', 'en'],
    ['a language that is refused', 'pt;q=0, fr', 'en', 'fr en'],
    ['nonsense', 'x'.repeat(600), 'en', 'en'],
    ['what is no tag', 'a_b, 12345678901', 'en', 'en'],
  ])('An article follows Accept-Language: %s', async (_what, header, locale, chain) => {
    expect(await locales(undefined, header)).toEqual([locale, chain])
  })

  test.each(['de-x-bank', 'zh-Hans-u-nu-hanidec-x-a', 'en-t-fr-u-ca-gregory', 'ja-a-bcd-b-efg', 'sl-rozaj-biske-1994'])(
    'Only well-formed language tags are tried, each once: %s',
    async (tag) => {
      for (const [, chain = ''] of [await locales(tag), await locales(undefined, `${tag}, de;q=0.5`)]) {
        const tags = chain.split(' ')
        expect(tags.map((one: string) => Intl.getCanonicalLocales(one)[0])).toEqual(tags)
        expect(new Set(tags).size).toBe(tags.length)
      }
    },
  )

  test('An article names its translations', async () => {
    const { data } = await content.ask('{ article(slug: "fees") { translations { id title } } }')
    expect(data.article.translations).toEqual([
      { id: 'en/fees', title: 'Fees' },
      { id: 'pt/fees', title: 'Preços' },
      { id: 'pt-BR/fees', title: 'Tarifas' },
    ])
  })

  test('An unknown article is null, and a malformed locale is refused', async () => {
    const { data, errors } = await content.ask(
      '{ a: article(slug: "../../etc/passwd") { id } b: article(slug: "") { id } }',
    )
    expect({ data, errors }).toEqual({ data: { a: null, b: null }, errors: undefined })
    const refused = await content.ask('{ article(slug: "fees", locale: "not a tag") { id } }')
    expect(refused.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' })
  })
})

describe('lists', () => {
  const slugs = (data: { articles: { edges: { node: { id: string } }[] } }) =>
    data.articles.edges.map(({ node }) => node.id)

  test('Articles are listed newest first, undated ones last, in one locale', async () => {
    const { data } = await content.ask('{ articles { totalCount edges { node { id } } } }')
    expect(slugs(data)).toEqual(['en/cards', 'en/fees', 'en/gold-terms', 'en/plain-terms', 'en/undated'])
    expect(data.articles.totalCount).toBe(5)
  })

  test('A list includes untranslated articles on request', async () => {
    const { data } = await content.ask('{ articles(locale: "pt", untranslated: true) { edges { node { id } } } }')
    expect(slugs(data)).toEqual(['en/cards', 'pt/fees', 'en/plain-terms', 'en/undated', 'pt/gold-terms'])
    const translated = await content.ask('{ articles(locale: "pt") { edges { node { id } } } }')
    expect(slugs(translated.data)).toEqual(['pt/fees', 'pt/gold-terms'])
  })

  test.each([
    ['topic: "costs"', ['en/fees']],
    ['product: "gold"', ['en/cards']],
    ['category: "CAR_RENTAL"', ['en/cards']],
    ['topic: "caf\u00e9s"', ['en/undated']],
    ['topic: "cafe\u0301s"', ['en/undated']],
    ['category: "CAF\u00c9_BAR"', ['en/undated']],
    ['category: "CAFE\u0301_BAR"', ['en/undated']],
    ['city: "2267057"', []],
    ['topic: "costs", product: "gold"', []],
  ])('A list of articles is filtered by %s', async (argument, expected) => {
    const { data } = await content.ask(`{ articles(${argument}) { edges { node { id } } } }`)
    expect(slugs(data)).toEqual(expected)
  })

  test('A list of articles is paged without a gap or a repeat', async () => {
    const seen: string[] = []
    let after: string | null = null
    for (let pages = 0; pages < 10; pages++) {
      const { data } = await content.ask(
        'query ($after: String) { articles(first: 2, after: $after) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }',
        { variables: { after } },
      )
      seen.push(...slugs(data))
      expect(data.articles.pageInfo.hasPreviousPage).toBe(pages > 0)
      after = data.articles.pageInfo.endCursor
      if (!data.articles.pageInfo.hasNextPage) break
    }
    expect(seen).toEqual(['en/cards', 'en/fees', 'en/gold-terms', 'en/plain-terms', 'en/undated'])
  })

  test.each([
    ['a page of both ends', 'first: 1, last: 1'],
    ['a page beyond the limit', 'first: 101'],
    ['a page of less than none', 'first: -1'],
    ['a cursor that is none', 'after: "x"'],
    ['an empty cursor', 'after: ""'],
    ['a very long cursor', `after: "${'A'.repeat(2000)}"`],
  ])('A list of articles refuses %s', async (_what, argument) => {
    const { errors } = await content.ask(`{ articles(${argument}) { totalCount } }`)
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })

  test('A list refuses the cursor of a search', async () => {
    const { data } = await content.ask('{ search(text: "fees") { pageInfo { endCursor } } }')
    const { errors } = await content.ask(`{ articles(after: "${data.search.pageInfo.endCursor}") { totalCount } }`)
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })
})

describe('drafts', () => {
  const everyWay = `query ($r: [_Any!]!) {
    article(slug: "secret") { title draft }
    articles(city: "2267057") { totalCount }
    search(text: "secret") { totalCount facets { locales { value } } }
    fees: article(slug: "fees") { translations { id } }
    german: articles(locale: "de") { fallbackChain edges { node { locale } } }
    _entities(representations: $r) {
      ... on Article { title }
      ... on Product { name }
      ... on City { articles { totalCount } }
    }
  }`
  const variables = {
    r: [
      { __typename: 'Article', id: 'en/secret' },
      { __typename: 'Product', id: 'hidden' },
      { __typename: 'City', id: '2267057' },
    ],
  }

  test.each([undefined, 'published', 'PREVIEW', 'preview,published', ''])(
    'Drafts do not exist for the perspective %p',
    async (perspective) => {
      const { data, headers } = await content.ask(
        everyWay,
        perspective === undefined ? { variables } : { variables, perspective },
      )
      expect(data).toMatchObject({
        article: null,
        articles: { totalCount: 0 },
        search: { totalCount: 0, facets: { locales: [] } },
        _entities: [null, null, { articles: { totalCount: 0 } }],
      })
      expect(data.german.edges.every(({ node }: { node: { locale: string } }) => node.locale === 'en')).toBe(true)
      expect(headers.get('cache-control')).toBe('max-age=300, public')
    },
  )

  test('A preview shows drafts, and its answers may not be stored', async () => {
    const { data, headers } = await content.ask(everyWay, { variables, perspective: 'preview' })
    expect(data).toMatchObject({
      article: { title: 'Secret', draft: true },
      articles: { totalCount: 1 },
      search: { totalCount: 1 },
      _entities: [{ title: 'Secret' }, { name: 'Hidden terms' }, { articles: { totalCount: 1 } }],
    })
    expect(headers.get('cache-control')).toBe('no-store')
    const published = await content.ask('{ article(slug: "fees", locale: "en") { title } }', { perspective: 'preview' })
    expect(published.headers.get('cache-control')).toBe('no-store')
  })
})

describe('cache headers', () => {
  test.each([
    ['{ article(slug: "fees") { title } }', 'Accept-Language'],
    ['{ article(slug: "fees", locale: "pt") { title } }', null],
    ['{ articles { totalCount } }', 'Accept-Language'],
    ['{ search(text: "fees", locale: "en") { totalCount } }', null],
    ['{ asset(path: "x.png") { url } }', null],
  ])('The answer to %s varies by %p', async (query, vary) => {
    const { headers } = await content.ask(query)
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['max-age=300, public', vary])
  })

  test('An answer of content with an error may not be cached', async () => {
    const { headers } = await content.ask('{ articles(first: -1) { totalCount } }')
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('entities of other services', () => {
  const entities = async (representations: readonly object[], fields: string, call = {}) =>
    (
      await content.ask(`query ($r: [_Any!]!) { _entities(representations: $r) { ${fields} } }`, {
        variables: { r: representations },
        ...call,
      })
    ).data._entities

  test('A product has a name and terms in the locale, and neither if it has no terms', async () => {
    const products = ['gold', 'plain', 'unknown'].map((id) => ({ __typename: 'Product', id }))
    const fields = '... on Product { id name terms { title } portuguese: name(locale: "pt") articles { totalCount } }'
    expect(await entities(products, fields)).toEqual([
      { id: 'gold', name: 'Gold', terms: { title: 'Terms of Gold' }, portuguese: 'Ouro', articles: { totalCount: 1 } },
      {
        id: 'plain',
        name: 'Plain terms',
        terms: { title: 'Plain terms' },
        portuguese: 'Plain terms',
        articles: { totalCount: 0 },
      },
      null,
    ])
    expect(await entities(products.slice(0, 1), '... on Product { name }', { acceptLanguage: 'pt-PT' })).toEqual([
      { name: 'Ouro' },
    ])
  })

  test('A merchant finds articles by its category, in any spelling', async () => {
    const merchants = ['CAR_RENTAL', 'car rental', 'groceries'].map((category, id) => ({
      __typename: 'Merchant',
      id: String(id),
      category,
    }))
    const found = await entities(merchants, '... on Merchant { articles { edges { node { slug } } } }')
    expect(found).toEqual([
      { articles: { edges: [{ node: { slug: 'cards' } }] } },
      { articles: { edges: [{ node: { slug: 'cards' } }] } },
      { articles: { edges: [] } },
    ])
  })
})
