/**
 * Renders one article's rich text in each form. Pure: the same article gives the same text
 * everywhere.
 */
import type { Root } from 'hast'
import { toText } from 'hast-util-to-text'
import rehypeStringify from 'rehype-stringify'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import { highlightCode } from './highlight.ts'
import { toSafeTree } from './markdown.ts'
import { anchorHeadings, type Heading, type References, resolveReferences } from './references.ts'

export interface PlainText {
  readonly text: string
  readonly headings: readonly Heading[]
  readonly words: number
}

const stringifier = unified().use(rehypeStringify).freeze()

/**
 * The sanitized tree (hast), with links, images and anchors in place, before highlighting; without
 * source positions.
 */
export function renderTree(markdown: string, references: References): { tree: Root; headings: readonly Heading[] } {
  const tree = toSafeTree(markdown)
  visit(tree, (node) => {
    delete node.position
  })
  const headings = anchorHeadings(tree)
  resolveReferences(tree, references)
  return { tree, headings }
}

/** Safe to insert into a page. */
export async function renderHtml(markdown: string, references: References): Promise<string> {
  const { tree } = renderTree(markdown, references)
  await highlightCode(tree)
  return stringifier.stringify(tree)
}

export function renderText(markdown: string, references: References): PlainText {
  const { tree, headings } = renderTree(markdown, references)
  const text = toText(tree)
  return { text, headings, words: text.split(/\s+/).filter(Boolean).length }
}
