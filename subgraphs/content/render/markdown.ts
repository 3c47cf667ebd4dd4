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

export const parseMarkdown = (markdown: string): MarkdownRoot => parser.parse(markdown)

/** The sanitized tree. @throws RangeError if the nesting is deeper than the stack */
export const toSafeTree = (markdown: string): Root => sanitizer.runSync(parseMarkdown(markdown))
