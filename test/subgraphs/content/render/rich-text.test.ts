import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { renderHtml, renderTree } from '../../../../subgraphs/content/render/render.ts'
import { pngOf } from '../support/images.ts'
import { articleFile, type TestService, testFolder, testService } from '../support/library.ts'

const body = `
Intro with **bold** and ~~struck~~ words, and a [link](target.md#second-part).

## First part

![A dot](../assets/dot.png)

### Deep & deeper

## First part

| A | B |
| - | - |
| 1 | 2 |

- [x] done

See [here](#first-part), [away](https://example.com/a?b=1&c=2), [gone](missing.md), [mail](mailto:a@example.com)[^1].

[^1]: A note.

\`\`\`ts
const answer: number = 42 // <b>
\`\`\`

\`\`\`unknown-language
plain
\`\`\`
`

let content: TestService
beforeAll(async () => {
  const folder = await testFolder({
    'en/rich.md': articleFile('Rich', '', body),
    'en/target.md': articleFile('Target', '', '## Second part'),
    'en/long.md': articleFile('Long', '', 'word '.repeat(401)),
    'en/empty.md': articleFile('Empty', '', ''),
    'en/code.md': articleFile('Code', '', `\`\`\`json\n[${'1,'.repeat(15_000)}1]\n\`\`\``),
    'assets/dot.png': await pngOf(3, 2),
  })
  content = await testService(folder.path)
})
afterAll(() => content[Symbol.asyncDispose]())

const article = async (slug: string, fields: string) =>
  (await content.ask(`{ article(slug: "${slug}") { ${fields} } }`)).data.article

describe('rich text', () => {
  test('The HTML has the structure of the source', async () => {
    const { html } = await article('rich', 'html')
    expect(html).toContain('<strong>bold</strong> and <del>struck</del>')
    expect(html).toMatch(/<table>.*<td>1<\/td>/s)
    expect(html).toMatch(/<input type="checkbox" checked disabled>/)
  })

  test('The plain text has no markup', async () => {
    const { text } = await article('rich', 'text')
    expect(text).toContain('Intro with bold and struck words, and a link.')
    expect(text).not.toMatch(/<strong|\*|section-|&#/)
  })

  test('The Markdown is the source without front matter', async () => {
    expect((await article('rich', 'markdown')).markdown.trim()).toBe(body.trim())
  })

  test('The tree has the same words as the text', async () => {
    const { ast } = await article('target', 'ast')
    expect(ast).toEqual({
      type: 'root',
      children: [
        {
          type: 'element',
          tagName: 'h2',
          properties: { id: 'section-second-part' },
          children: [{ type: 'text', value: 'Second part' }],
        },
      ],
    })
  })

  test('The table of contents links to anchors in the HTML', async () => {
    const { html, tableOfContents } = await article('rich', 'html tableOfContents { id text depth }')
    expect(tableOfContents).toEqual([
      { id: 'section-first-part', text: 'First part', depth: 2 },
      { id: 'section-deep--deeper', text: 'Deep & deeper', depth: 3 },
      { id: 'section-first-part-1', text: 'First part', depth: 2 },
    ])
    for (const { id } of tableOfContents) expect(html).toContain(`id="${id}"`)
    const { tableOfContents: shallow } = await article('rich', 'tableOfContents(depth: 2) { depth }')
    expect(shallow).toEqual([{ depth: 2 }, { depth: 2 }])
    const { errors } = await content.ask('{ article(slug: "rich") { tableOfContents(depth: 7) { id } } }')
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })

  test('The reading time is in whole minutes, at least one', async () => {
    expect([
      (await article('long', 'readingTime')).readingTime,
      (await article('empty', 'readingTime html')).readingTime,
    ]).toEqual([3, 1])
  })
})

describe('anchors of headings without letters', () => {
  const headings = ['🎉', '🎉', '❤️', '👩‍👩‍👧 🇵🇹', '???', '费用', '1️⃣', 'Fees 🎉']
  const links = headings.map((text) => `[to ${text}](<#${text.replaceAll(' ', '-')}>)`).join('\n')
  const markdown = `${headings.map((text) => `## ${text}`).join('\n\n')}\n\n##\n\n${links}`

  test('Headings without letters have distinct anchors that work in links', () => {
    const nothing = { hasArticle: () => false, image: () => undefined }
    const found = renderTree(markdown, nothing).headings.map(({ id }) => id)
    expect(found.slice(0, 5)).toEqual(['section-🎉', 'section-🎉-1', 'section-❤️', 'section-👩‍👩‍👧-🇵🇹', 'section-???'])
    expect(found.at(-1)).toBe('section-heading')
    expect(new Set(found).size).toBe(found.length)
    for (const id of found) expect(id).toMatch(/^section-\S+$/)
  })

  test('An author can link to a heading without letters', async () => {
    const html = await renderHtml(markdown, { hasArticle: () => false, image: () => undefined })
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const targets = [...html.matchAll(/ href="#([^"]+)"/g)].map(([, target = '']) => decodeURIComponent(target))
    expect(targets.filter((target) => ids.has(target)).length).toBeGreaterThanOrEqual(6)
    for (const target of ['section-🎉', 'section-❤️', 'section-👩‍👩‍👧-🇵🇹', 'section-???']) {
      expect(targets).toContain(target)
      expect(ids.has(target)).toBe(true)
    }
  })
})

describe('references', () => {
  test('References lead only to articles, headings, other sites and nowhere', async () => {
    const { html } = await article('rich', 'html')
    expect(html).toContain('<a href="/app/articles/target#section-second-part">link</a>')
    expect(html).toContain('<a href="#section-first-part">here</a>')
    expect(html).toContain('<a href="https://example.com/a?b=1&#x26;c=2" rel="noopener noreferrer">away</a>')
    expect(html).toContain('<a>gone</a>')
    expect(html).toContain('<a href="mailto:a@example.com">mail</a>')
  })

  test('Footnotes link both ways', async () => {
    const { html } = await article('rich', 'html')
    const [, target] = /<sup><a href="#([^"]+)"/.exec(html) ?? []
    expect(html).toContain(`<li id="${target}">`)
  })

  test('Images have an address and a size', async () => {
    const { html } = await article('rich', 'html')
    expect(html).toMatch(/<img src="\/assets\/[0-9a-f]{32}-dot\.png" alt="A dot" loading="lazy" width="3" height="2">/)
  })
})

describe('code', () => {
  test('Code is coloured by variables, and stays text', async () => {
    const { html } = await article('rich', 'html')
    expect(html).toContain('<span style="color:var(--shiki-token-keyword)">const</span>')
    expect(html).toContain('&#x3C;b>')
    expect(html).not.toContain('<b>')
  })

  test('Code in an unknown language, or too long, stays plain', async () => {
    expect((await article('rich', 'html')).html).toContain(
      '<pre><code class="language-unknown-language">plain\n</code></pre>',
    )
    expect((await article('code', 'html')).html).toMatch(/^<pre><code class="language-json">\[1,1,/)
  })
})

describe('tables', () => {
  const none = { hasArticle: () => false, image: () => undefined }
  const table = (head: string, rows: readonly string[]): string =>
    [head, head.replaceAll(/[^|]+/g, '-'), ...rows].join('\n')

  test('Rows that lack a few cells are filled, and cells beyond the head are left out', async () => {
    const html = await renderHtml(table('|a|b|c|', ['|1|', '|1|2|3|4|']), none)
    expect(html.match(/<td>\d?<\/td>/g)).toEqual(['1', '', '', '1', '2', '3'].map((text) => `<td>${text}</td>`))
  })

  test('Rows of few cells under a wide head are as short as they are written, all together', async () => {
    const wide = table(`${'|a'.repeat(200)}|`, [...Array.from({ length: 200 }, () => '|1|'), `${'|2'.repeat(201)}|`])
    const html = await renderHtml(`${wide}\n\n${wide}`, none)
    expect(html.match(/<td>1<\/td>/g)).toHaveLength(400)
    expect(html.match(/<td>2<\/td>/g)).toHaveLength(400)
    expect(html.match(/<td><\/td>/g)).toBeNull()
  })
})
