/**
 * Turns what an author points at (another article's file, a heading, an image's file) into
 * addresses a reader can follow.
 */
import { slug } from 'github-slugger' // ISC; the anchors authors know from GitHub
import type { Element, Root } from 'hast'
import { toString as textOf } from 'hast-util-to-string'
import { SKIP, visit } from 'unist-util-visit'

interface ImageReference {
  readonly url: string
  readonly width: number | null
  readonly height: number | null
}

/** The targets of references in the library. */
export interface References {
  hasArticle(slug: string): boolean
  /** @param path as written in the article, for example `images/card.png` */
  image(path: string): ImageReference | undefined
}

export interface Heading {
  /** The anchor: id of the heading in the HTML. */
  readonly id: string
  readonly text: string
  /** 1 to 6. */
  readonly depth: number
}

/** A link to another article's file, with the heading it may name. */
export const ARTICLE_LINK = /^(?:\.\/)?([a-z0-9-]+)\.md(?:#([^#]*))?$/

export const ANCHOR_PREFIX = 'section-' // keeps a heading named `cookie` from shadowing `document.cookie`
const FOOTNOTE_PREFIX = 'user-content-'

/** Gives every heading its anchor, in place. */
export function anchorHeadings(tree: Root): readonly Heading[] {
  const anchorOf = createAnchors()
  const headings: Heading[] = []
  visit(tree, 'element', (element) => {
    const depth = /^h([1-6])$/.exec(element.tagName)?.[1]
    if (depth === undefined || element.properties['id'] !== undefined) return
    const text = textOf(element)
    const id = ANCHOR_PREFIX + anchorOf(text)
    element.properties['id'] = id
    headings.push({ id, text, depth: Number(depth) })
  })
  return headings
}

/**
 * Gives each heading of an article another anchor: `fees`, `fees-1`, …. One without letters, as
 * `🎉`, keeps its signs.
 */
function createAnchors(): (text: string) => string {
  const uses = new Map<string, number>()
  return (text) => {
    const slugged = slug(text)
    const base = /[\p{L}\p{N}]/u.test(slugged) ? slugged : text.trim().replace(/\s+/g, '-') || 'heading'
    let anchor = base
    while (uses.has(anchor)) {
      const use = (uses.get(base) ?? 0) + 1
      uses.set(base, use)
      anchor = `${base}-${use}`
    }
    uses.set(anchor, 0)
    return anchor
  }
}

/**
 * Rewrites links and images, in place. An image that is not in the library leaves its alternative
 * text.
 */
export function resolveReferences(tree: Root, references: References): void {
  visit(tree, 'element', (element, index, parent) => {
    if (element.tagName === 'a') resolveLink(element, references)
    if (element.tagName !== 'img' || parent === undefined || index === undefined) return
    const image = references.image(String(element.properties['src'] ?? ''))
    if (image) {
      element.properties = { ...element.properties, src: image.url, loading: 'lazy' }
      if (image.width !== null) element.properties['width'] = image.width
      if (image.height !== null) element.properties['height'] = image.height
      return
    }
    parent.children[index] = { type: 'text', value: String(element.properties['alt'] ?? '') }
    return SKIP
  })
}

function resolveLink(link: Element, references: References): void {
  const href = String(link.properties['href'] ?? '')
  const [, slug, heading] = ARTICLE_LINK.exec(href) ?? []
  if (slug !== undefined) {
    const anchor = heading ? `#${ANCHOR_PREFIX}${heading}` : ''
    if (references.hasArticle(slug)) link.properties['href'] = `/app/articles/${slug}${anchor}`
    else delete link.properties['href']
  } else if (href.startsWith('#') && !href.startsWith(`#${FOOTNOTE_PREFIX}`)) {
    link.properties['href'] = `#${ANCHOR_PREFIX}${href.slice(1)}`
  } else if (/^https?:/i.test(href)) {
    link.properties['rel'] = ['noopener', 'noreferrer']
  }
}
