/**
 * Markdown to a tree that is safe to show. Raw HTML never gets in, what is left passes an allow
 * list, and only then do our own steps (links, headings, highlighting) add to it.
 */
import type { Root } from 'hast'
import type { Root as MarkdownRoot } from 'mdast'
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified' // MIT; the Markdown pipeline of the Node field
import { visit } from 'unist-util-visit'

const allowed = {
  ...defaultSchema,
  attributes: { ...defaultSchema.attributes, code: [['className', /^language-[\w+#.-]{1,40}$/] as [string, RegExp]] },
  // Ids come from GFM footnotes only, which remark-rehype already prefixes.
  clobberPrefix: '',
  protocols: { href: ['http', 'https', 'mailto', 'tel'] },
}

const parser = unified().use(remarkParse).use(remarkGfm).freeze()
// Without `allowDangerousHtml`, raw HTML is dropped here, before the allow list sees it.
const sanitizer = unified().use(remarkRehype).use(rehypeSanitize, allowed).freeze()

/** Empty cells that are added to the short rows of an article's tables. */
const MAX_EMPTY_PLACES = 10_000

export const parseMarkdown = (markdown: string): MarkdownRoot => parser.parse(markdown)

/** The sanitized tree. @throws RangeError if the nesting is deeper than the stack */
export function toSafeTree(markdown: string): Root {
  const tree = parseMarkdown(markdown)
  boundTables(tree)
  return sanitizer.runSync(tree)
}

/**
 * Leaves rows as short as they are written once their tables would be filled too far: 64 kB of rows
 * that are all but empty, under a wide head, would be 100,000,000 cells.
 */
function boundTables(tree: MarkdownRoot): void {
  let left = MAX_EMPTY_PLACES
  visit(tree, 'table', (table) => {
    const columns = table.align?.length ?? 0
    for (const row of table.children) left -= Math.max(0, columns - row.children.length)
    if (left >= 0) return
    for (const row of table.children) row.children.splice(columns)
    table.align = null
  })
}
