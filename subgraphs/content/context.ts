/** What the resolvers of one request share: one release, one perspective, the languages asked for. */
import type { ServiceRequest } from '../serve.ts'
import { acceptedLocales, fallbackChain, localeArgument } from './locale.ts'
import type { Article } from './release/article.ts'
import type { OpenRelease } from './release/open-release.ts'
import { type LibraryView, type Perspective, viewOf } from './view.ts'

export interface ContentContext {
  readonly release: OpenRelease
  readonly view: LibraryView
  readonly perspective: Perspective
  /**
   * The locales to try for the argument `locale`; without one those of `Accept-Language`, which the answer then depends on.
   * @throws BAD_USER_INPUT for an argument that is not a language tag
   */
  chain(locale: string | null | undefined): readonly string[]
  /** True once an answer depended on `Accept-Language`. */
  readonly dependsOnLanguage: () => boolean
}

/** An article as one question reached it: the chain of locales belongs to the question. */
export interface ReachedArticle {
  readonly article: Article
  readonly fallbackChain: readonly string[]
}

export function createContext(release: OpenRelease, request: ServiceRequest): ContentContext {
  const perspective = request.perspective === 'preview' ? 'preview' : 'published'
  const view = viewOf(release, perspective)
  let dependsOnLanguage = false
  return {
    release,
    view,
    perspective,
    chain(locale) {
      if (locale !== null && locale !== undefined) return fallbackChain([localeArgument(locale)], view.locales)
      dependsOnLanguage = true
      return fallbackChain(acceptedLocales(request.acceptLanguage), view.locales)
    },
    dependsOnLanguage: () => dependsOnLanguage,
  }
}

/** What the answer's headers must say: a preview is nobody else's, and a language that was negotiated is part of the key. */
export function answerHeaders(context: ContentContext): Readonly<Record<string, string>> {
  return {
    ...(context.dependsOnLanguage() ? { vary: 'Accept-Language' } : {}),
    ...(context.perspective === 'preview' ? { 'cache-control': 'no-store' } : {}),
  }
}
