/**
 * Languages: which locales a request asks for, best first, down to the default. Never guesses from
 * anything but what was asked.
 */
import Negotiator from 'negotiator' // MIT; Express's own parser of Accept-* headers, quality values included
import { codedError } from '../../../platform/protocol/errors.ts'

/** Every chain ends here; `*` in `Accept-Language` means it. */
export const DEFAULT_LOCALE = 'en'

const MAX_TAGS = 10
const MAX_HEADER = 500

/** The canonical form of a BCP 47 tag, or undefined for anything else. */
export function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}

/** The argument `locale`, canonical. @throws BAD_USER_INPUT */
export function localeArgument(tag: string): string {
  const locale = tag.length <= 35 ? canonicalLocale(tag) : undefined // 35: the longest tag RFC 5646 asks to support
  if (locale !== undefined) return locale
  throw codedError('BAD_USER_INPUT', '"locale" is not a BCP 47 language tag.')
}

/**
 * The tags of an `Accept-Language` header by preference. What is not a tag, and what follows `*`,
 * does not count.
 */
export function acceptedLocales(header: string | undefined): readonly string[] {
  if (header === undefined || header.length > MAX_HEADER) return []
  const tags = new Negotiator({ headers: { 'accept-language': header } }).languages().slice(0, MAX_TAGS)
  const wildcard = tags.indexOf('*')
  return (wildcard < 0 ? tags : tags.slice(0, wildcard)).map(canonicalLocale).filter((tag) => tag !== undefined)
}

/**
 * The locales to try, best first: each one asked for, then without its region (RFC 4647, lookup),
 * then the regions the library has of that language, at last the default.
 * @param available the locales of the library
 */
export function fallbackChain(wanted: readonly string[], available: readonly string[]): readonly string[] {
  const chain = new Set<string>()
  for (const tag of wanted) {
    const subtags = tag.split('-')
    for (let length = subtags.length; length > 0; length--) {
      // A tag whose extension is cut in two is no valid tag.
      const locale = canonicalLocale(subtags.slice(0, length).join('-'))
      if (locale !== undefined) chain.add(locale)
    }
    for (const locale of available) if (locale.split('-')[0] === subtags[0]) chain.add(locale)
  }
  return [...chain.add(DEFAULT_LOCALE)]
}
