/** Small pieces of well-formed XML 1.0, for writers that stream and so cannot hold a document. */

// Outside of these XML 1.0 has no way to say a character, not even escaped; a lone surrogate is none at all.
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
/** Most text, and all of the bank's own, needs nothing done: one look saves a million replacements. */
const PLAIN = /^[\w ,.:;+/()[\]-]*$/

/** Text as element content or attribute value; characters XML cannot carry become a question mark. */
const escapeXml = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text.replace(FORBIDDEN, '?').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)

/** At most `length` characters, none cut in half, blanks at the ends dropped. */
export function shorten(text: string, length: number): string {
  const trimmed = text.trim()
  return trimmed.length <= length ? trimmed : [...trimmed].slice(0, length).join('').trimEnd()
}

/** One element with text; nothing at all where the text is missing or empty. */
export function element(name: string, text: string | null | undefined, attributes = ''): string {
  return text === null || text === undefined || text === '' ? '' : `<${name}${attributes}>${escapeXml(text)}</${name}>`
}

/** One element around others; nothing at all around nothing. */
export function group(name: string, ...children: readonly string[]): string {
  const content = children.join('')
  return content === '' ? '' : `<${name}>${content}</${name}>`
}
