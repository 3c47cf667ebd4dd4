/** Small pieces of well-formed XML 1.0, for writers that stream and so cannot hold a document. */

// XML 1.0 cannot represent characters outside of these, not even escaped; a lone surrogate is no
// character.
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
/** Most text needs no escaping: one test saves a million replacements. */
const PLAIN = /^[\w ,.:;+/()[\]-]*$/

/**
 * Text as element content or attribute value; characters XML cannot carry become a question mark.
 */
const escapeXml = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text.replace(FORBIDDEN, '?').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)

/** At most `length` characters, none cut in half, blanks at the ends dropped. */
export function shorten(text: string, length: number): string {
  const trimmed = text.trim()
  return trimmed.length <= length ? trimmed : [...trimmed].slice(0, length).join('').trimEnd()
}

/** One element with text; empty where the text is missing or empty. */
export function element(name: string, text: string | null | undefined, attributes = ''): string {
  return text === null || text === undefined || text === '' ? '' : `<${name}${attributes}>${escapeXml(text)}</${name}>`
}

/** One element around others; empty where these are. */
export function group(name: string, ...children: readonly string[]): string {
  const content = children.join('')
  return content === '' ? '' : `<${name}>${content}</${name}>`
}
