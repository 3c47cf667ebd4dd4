/**
 * The words of a Markdown text, by a single pass of simple replacements: the index of a whole
 * library is built while starting.
 */

const replacements: readonly (readonly [RegExp, string])[] = [
  [/^[ \t]*(?:```|~~~).*$/gm, ''], // fences of code blocks; the code stays
  [/^[ \t]*\[[^\]\n]{1,100}\]:.*$/gm, ''], // link definitions
  [/!?\[([^[\]\n]*)\]\([^()\n]*\)/g, '$1'], // links and images keep their words
  [/<[^<>\n]{1,300}>/g, ' '],
  [/^[ \t]*(?:#{1,6}|>|[-+*]|\d{1,3}\.)[ \t]+/gm, ''],
  [/^[ \t|:-]+$/gm, ''], // rules, and the line under a table's head
  [/[*_`~|\\]+/g, ' '],
  [/\s+/g, ' '],
]

export const plainText = (markdown: string): string =>
  replacements.reduce((text, [pattern, by]) => text.replace(pattern, by), markdown).trim()
