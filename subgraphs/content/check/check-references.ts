/** Checks what one article points at, with the line each reference stands on. */
import type { Nodes } from 'mdast'
import { toString as textOf } from 'mdast-util-to-string'
import { visit } from 'unist-util-visit'
import type { Article, Fault } from '../articles/article.ts'
import type { Library } from '../articles/library.ts'
import { type AssetManifest, imagePath } from '../assets/manifest.ts'
import { parseMarkdown, toSafeTree } from '../render/markdown.ts'
import { ANCHOR_PREFIX, ARTICLE_LINK, anchorHeadings } from '../render/references.ts'

export function checkReferences(article: Article, library: Library, assets: AssetManifest): readonly Fault[] {
  const faults: Fault[] = []
  const report = (node: Nodes | undefined, severity: Fault['severity'], message: string): void => {
    const line = node?.position ? node.position.start.line + article.bodyLine - 1 : 1
    faults.push({ severity, file: `${article.id}.md`, line, message })
  }
  if (article.image !== null && !assets.byPath(imagePath(article.image)))
    report(undefined, 'error', `the image "${article.image}" is missing`)
  visit(parseMarkdown(article.markdown), (node) => {
    switch (node.type) {
      case 'image':
        if (!assets.byPath(imagePath(node.url))) report(node, 'error', `the image "${node.url}" is missing`)
        if (!node.alt) report(node, 'warning', `the image "${node.url}" has no alternative text`)
        break
      case 'link': {
        const fault = linkFault(node.url, article, library)
        if (fault) report(node, 'error', fault)
        if (textOf(node).trim() === '') report(node, 'warning', `the link to "${node.url}" has no text`)
        break
      }
      case 'definition': {
        const fault = assets.byPath(imagePath(node.url)) ? undefined : linkFault(node.url, article, library)
        if (fault) report(node, 'error', fault)
        break
      }
      case 'html':
        report(node, 'warning', 'raw HTML is left out')
        break
      case 'heading':
        if (node.depth === 1) report(node, 'warning', 'the title is the first heading; begin with ##')
    }
  })
  return faults
}

function linkFault(url: string, article: Article, library: Library): string | undefined {
  if (/^(?:https?:\/\/|mailto:|tel:)/i.test(url)) return undefined
  if (url.startsWith('#')) return anchorFault(url.slice(1), article)
  const [, slug, heading] = ARTICLE_LINK.exec(url) ?? []
  if (slug === undefined) return `the link "${url}" leads nowhere: an article is linked to as other-article.md`
  const target = library.bySlug(slug, [article.locale, ...library.locales])
  if (!target) return `the link "${url}" leads nowhere: there is no ${slug}.md in any locale`
  return heading ? anchorFault(heading, target) : undefined
}

function anchorFault(anchor: string, { id, markdown }: Article): string | undefined {
  const anchors = anchorHeadings(toSafeTree(markdown)).map((heading) => heading.id)
  return anchors.includes(ANCHOR_PREFIX + anchor) ? undefined : `${id}.md has no heading "#${anchor}"`
}
