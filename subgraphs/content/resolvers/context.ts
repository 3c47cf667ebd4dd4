/**
 * What the resolvers of one request share: one release, one perspective, the languages asked for.
 */
import type { ServiceRequest } from '../../shared/service-request.ts'
import type { Article } from '../articles/article.ts'
import type { Library } from '../articles/library.ts'
import { acceptedLocales, fallbackChain, localeArgument } from '../articles/locale.ts'
import type { Release } from '../release/release.ts'
import type { Renderer } from '../render/renderer.ts'

export interface ContentContext {
  readonly release: Release
  /** The part of the release that the request's perspective may see. */
  readonly library: Library & Renderer
  readonly preview: boolean
  /**
   * The locales to try for the argument `locale`; without one those of `Accept-Language`, which the
   * answer then depends on.
   * @throws BAD_USER_INPUT for an argument that is not a language tag
   */
  chain(locale: string | null | undefined): readonly string[]
  /** True once an answer depended on `Accept-Language`. */
  dependsOnLanguage(): boolean
}

/** An article as one question reached it: the chain of locales belongs to the question. */
export interface ReachedArticle {
  readonly article: Article
  readonly fallbackChain: readonly string[]
}

export function createContext(release: Release, request: ServiceRequest): ContentContext {
  const preview = request.perspective === 'preview'
  const library = preview ? release.preview : release.published
  let dependsOnLanguage = false
  return {
    release,
    library,
    preview,
    chain(locale) {
      if (locale !== null && locale !== undefined) return fallbackChain([localeArgument(locale)], library.locales)
      dependsOnLanguage = true
      return fallbackChain(acceptedLocales(request.acceptLanguage), library.locales)
    },
    dependsOnLanguage: () => dependsOnLanguage,
  }
}

/**
 * The answer's headers: a preview is private, and a negotiated language is part of the cache key.
 */
export function answerHeaders(context: ContentContext): Readonly<Record<string, string>> {
  return {
    ...(context.dependsOnLanguage() ? { vary: 'Accept-Language' } : {}),
    ...(context.preview ? { 'cache-control': 'no-store' } : {}),
  }
}
