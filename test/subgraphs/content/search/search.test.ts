import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { articleFile, type TestService, testFolder, testService } from '../support/library.ts'

let content: TestService
beforeAll(async () => {
  const folder = await testFolder({
    'en/transfer.md': articleFile(
      'Send a transfer',
      'topics: [payments]\nproducts: [gold]',
      'Money moves between accounts.',
    ),
    'en/cards.md': articleFile(
      'Lost card',
      'topics: [cards, security]',
      'Freeze it before a transfer of blame. See [terms](gold-terms.md).',
    ),
    'en/savings.md': articleFile(
      'Savings',
      'topics: [savings]\nproducts: [gold]\nsummary: Interest on a transfer',
      `${'Filler words. '.repeat(60)} Then a hidden transfer. ${'More filler. '.repeat(60)}`,
    ),
    'en/gold-terms.md': articleFile('Terms of gold', '', '`code <b>` and nothing else'),
    'pt/cards.md': articleFile('Cartão perdido', 'topics: [cards]', 'Bloqueie o cartão, não a transferência.'),
  })
  content = await testService(folder.path)
})
afterAll(() => content[Symbol.asyncDispose]())

const find = async (text: string, more = '', fields = '', call = {}) => {
  const { data, errors } = await content.ask(
    `query ($text: String!) { search(text: $text${more}) { totalCount edges { cursor score node { id } highlights { field fragments { text match } } } pageInfo { hasNextPage endCursor } ${fields} } }`,
    { variables: { text }, ...call },
  )
  expect(errors).toBeUndefined()
  return data.search
}
const idsOf = (found: { edges: { node: { id: string } }[] }) => found.edges.map(({ node }) => node.id)

describe('search', () => {
  test('The title ranks before the summary and the summary before the text', async () => {
    const found = await find('transfer')
    expect(idsOf(found)).toEqual(['en/transfer', 'en/savings', 'en/cards'])
    const scores = found.edges.map(({ score }: { score: number }) => score)
    expect(scores).toEqual(scores.toSorted((one: number, other: number) => other - one))
  })

  test.each([
    ['a word begun', 'trans', 'en/transfer'],
    ['two letters exchanged', 'tranfser', 'en/transfer'],
    ['one letter wrong', 'savimgs', 'en/savings'],
    ['capitals', 'LOST', 'en/cards'],
    ['two words in any order', 'card lost', 'en/cards'],
    ['words that are never together', 'freeze interest', 'en/cards'],
  ])('Articles are found by %s', async (_what, text, id) => {
    expect(idsOf(await find(text))).toContain(id)
  })

  test('Accents are folded, both ways', async () => {
    for (const text of ['cartão', 'cartao', 'CARTAO', 'transferencia'])
      expect(idsOf(await find(text, ', locale: "pt"'))).toEqual(['pt/cards'])
  })

  test('Words inside an address only are not found', async () => {
    expect(idsOf(await find('md'))).toEqual([])
  })

  test('The search covers the locale of the request', async () => {
    expect(idsOf(await find('cartao', '', '', { acceptLanguage: 'pt-PT' }))).toEqual(['pt/cards'])
    expect(idsOf(await find('transfer', ', locale: "fr"'))).toContain('en/transfer')
  })

  test('Filters for topic and product narrow the search, with counts for each choice', async () => {
    const facets = 'facets { topics { value count } products { value count } locales { value count } }'
    const found = await find('transfer', ', product: "gold"', facets)
    expect(idsOf(found)).toEqual(['en/transfer', 'en/savings'])
    expect(found.facets).toEqual({
      topics: [
        { value: 'payments', count: 1 },
        { value: 'savings', count: 1 },
      ],
      products: [{ value: 'gold', count: 2 }],
      locales: [{ value: 'en', count: 2 }],
    })
    expect(idsOf(await find('transfer', ', topic: "cards"'))).toEqual(['en/cards'])
  })

  test('Matches are returned as plain text pieces, without markup', async () => {
    const [transfer, savings] = (await find('transfer')).edges
    expect(transfer.highlights).toEqual([
      {
        field: 'TITLE',
        fragments: [
          { text: 'Send a ', match: false },
          { text: 'transfer', match: true },
        ],
      },
    ])
    const [summary, text] = savings.highlights
    expect(summary.fragments.at(-1)).toEqual({ text: 'transfer', match: true })
    const passage = text.fragments.map((fragment: { text: string }) => fragment.text).join('')
    expect(passage).toMatch(/^… .*Then a hidden transfer\..* …$/)
    expect(passage.length).toBeLessThan(210)
    const [terms] = (await find('nothing')).edges
    expect(terms.highlights[0].fragments.map((fragment: { text: string }) => fragment.text).join('')).toBe(
      'code and nothing else',
    )
  })

  test('Search results are paged without a gap or a repeat', async () => {
    const seen: string[] = []
    let after = ''
    do {
      const page = await find('transfer', `, first: 1${after}`)
      seen.push(...idsOf(page))
      after = page.pageInfo.hasNextPage ? `, after: "${page.pageInfo.endCursor}"` : ''
    } while (after !== '')
    expect(seen).toEqual(['en/transfer', 'en/savings', 'en/cards'])
  })

  test.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['punctuation', '?!'],
    ['too many characters', 'x'.repeat(201)],
    ['too many words', 'a '.repeat(13)],
  ])('The search refuses %s', async (_what, text) => {
    const { errors } = await content.ask('query ($text: String!) { search(text: $text) { totalCount } }', {
      variables: { text },
    })
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })

  test('Words that name object properties are ordinary words', async () => {
    for (const text of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      expect(idsOf(await find(text))).toEqual([])
  })
})
