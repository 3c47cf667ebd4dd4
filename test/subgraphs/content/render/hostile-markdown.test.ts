import { describe, expect, test } from '@jest/globals'
import type { Nodes } from 'hast'
import { fromHtml } from 'hast-util-from-html'
import { visit } from 'unist-util-visit'
import type { References } from '../../../../subgraphs/content/render/references.ts'
import { renderHtml, renderTree } from '../../../../subgraphs/content/render/render.ts'
import fc from '../../../support/fast-check.ts'

const references: References = { hasArticle: () => true, image: () => undefined }

/**
 * Typical attacks on Markdown renderers: raw HTML, URLs of other schemes, broken syntax, names that
 * shadow the page's.
 */
const corpus: readonly string[] = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><script>alert&#40;1&#41;</script></svg>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="javascript:alert(1)">',
  '<embed src="javascript:alert(1)">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" &#14; javascript:alert(1)">x</a>',
  '<form action="javascript:alert(1)"><button>x</button></form>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<body onload=alert(1)>',
  '<style>@import "javascript:alert(1)";</style>',
  '<link rel=stylesheet href=//evil.example>',
  '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<base href=//evil.example/>',
  '<input autofocus onfocus=alert(1)>',
  '<template><script>alert(1)</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<!--><script>alert(1)</script>-->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<?xml ?><script>alert(1)</script>',
  '<a id=cookie name=getElementById>x</a>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\u0000script:alert(1))',
  '[x](  javascript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](&Tab;java&NewLine;script:alert(1))',
  '[x](java%0ascript:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](data:image/svg+xml,<svg onload=alert(1)>)',
  '[x](file:///etc/passwd)',
  '[x](blob:https://example.com/x)',
  '[x](//evil.example "onmouseover=alert(1)")',
  '[x](https://example.com "\\" onmouseover=\\"alert(1)")',
  '[x]: javascript:alert(1)\n\n[x]',
  '<javascript:alert(1)>',
  '![x](javascript:alert(1))',
  '![x](x "onerror=alert(1)")',
  '![x" onerror="alert(1)](x)',
  '![x](https://evil.example/pixel.gif)',
  '![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)',
  '```"><script>alert(1)</script>\nx\n```',
  '```html onload=alert(1)\n<script>alert(1)</script>\n```',
  '```constructor\nx\n```',
  '```__proto__\nx\n```',
  '```js class="x" style=position:fixed\nalert(1)\n```',
  '`<script>alert(1)</script>`',
  '# cookie',
  '# <img src=x onerror=alert(1)>',
  '# __proto__',
  '[^__proto__]\n\n[^__proto__]: x',
  '[^1]\n\n[^1]: <script>alert(1)</script>',
  '| <script>alert(1)</script> |\n| - |\n| [x](javascript:alert(1)) |',
  '- [ ] <input onfocus=alert(1)>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '\u2028<script>alert(1)</script>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '[x](x.md#"onclick="alert(1))',
  "[x](x.md#'><script>alert(1)</script>)",
]

const tags = new Set(
  'a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img input li ol p pre section span strong sup table tbody td th thead tr ul'.split(
    ' ',
  ),
)
const attributes = new Set([
  ...'align alt ariaDescribedBy ariaLabel checked className dataFootnoteBackref dataFootnoteRef dataFootnotes disabled'.split(
    ' ',
  ),
  ...'height href id loading rel src start style tabindex tabIndex title type width'.split(' '),
])

/** Descriptions of dangers in a tree, by a list that is independent of the sanitizer's. */
function dangers(tree: Nodes): readonly string[] {
  const found: string[] = []
  visit(tree, (node) => {
    if (node.type !== 'root' && node.type !== 'text' && node.type !== 'element')
      found.push(`a node of type ${node.type}`)
    if (node.type !== 'element') return
    if (!tags.has(node.tagName)) found.push(`<${node.tagName}>`)
    for (const [name, value] of Object.entries(node.properties)) {
      const text = String(value)
      if (!attributes.has(name)) found.push(`${node.tagName}.${name}`)
      if (name === 'style' && !/^(?:(?:background-)?color:var\(--shiki-[a-z-]+\);?)+$/.test(text))
        found.push(`style ${text}`)
      if (name === 'className' && /[<>"'=]/.test(text)) found.push(`class ${text}`)
      if (name === 'href' && !/^(https?:|mailto:|tel:|#|\/|[^:]*$)/i.test(text)) found.push(`href ${text}`)
      if (name === 'src' && !text.startsWith('/assets/')) found.push(`src ${text}`)
      if (name === 'id' && !/^(section-|user-content-|footnote-label$)/.test(text)) found.push(`id ${text}`)
    }
  })
  return found
}

/** The dangers for a browser: parses the HTML as the HTML standard says. */
const dangersOfHtml = (html: string): readonly string[] => dangers(fromHtml(html, { fragment: true }))

describe('hostile Markdown', () => {
  test.each(corpus)('The Markdown %j is rendered harmless', async (payload) => {
    for (const markdown of [
      payload,
      `> ${payload}`,
      `- ${payload}`,
      `**${payload}**`,
      `[${payload}](x.md)`,
      `text ${payload} text`,
    ]) {
      expect(dangers(renderTree(markdown, references).tree)).toEqual([])
      expect(dangersOfHtml(await renderHtml(markdown, references))).toEqual([])
    }
  })

  test('Hostile Markdown is rendered harmless in any combination', async () => {
    const piece = fc.oneof(
      fc.constantFrom(...corpus),
      fc.constantFrom('\n', '\n\n', '`', '[', '](', ')', '<', '>', '"', '|', '    '),
      fc.string(),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const markdown = pieces.join('')
        expect(dangers(renderTree(markdown, references).tree)).toEqual([])
        expect(dangersOfHtml(await renderHtml(markdown, references))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
