/** One article's rich text in the forms a reader can ask for. Pure: the same article gives the same text everywhere. */
import type { Root } from 'hast'
import { toText } from 'hast-util-to-text'
import rehypeStringify from 'rehype-stringify'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import { highlightCode } from './highlight.ts'
import { toSafeTree } from './markdown.ts'
import { anchorHeadings, type Heading, type References, resolveReferences } from './references.ts'

export interface RichText {
  /** Safe to place in a page as it is. */
  readonly html: string
  readonly text: string
  readonly headings: readonly Heading[]
  readonly words: number
}

const stringifier = unified().use(rehypeStringify).freeze()

/** The sanitized tree (hast), with links, images and anchors in place, before highlighting; without source positions. */
export function renderTree(markdown: string, references: References): { tree: Root; headings: readonly Heading[] } {
  const tree = toSafeTree(markdown)
  visit(tree, (node) => {
    delete node.position
  })
  const headings = anchorHeadings(tree)
  resolveReferences(tree, references)
  return { tree, headings }
}

export async function renderRichText(markdown: string, references: References): Promise<RichText> {
  const { tree, headings } = renderTree(markdown, references)
  const text = toText(tree)
  await highlightCode(tree)
  return { html: stringifier.stringify(tree), text, headings, words: text.split(/\s+/).filter(Boolean).length }
}
