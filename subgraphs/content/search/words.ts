/** What a word is to search: where it ends, and which spellings are the same. */

const WORD = /[^\n\r\p{Z}\p{P}\p{S}]+/gu

/** Lower case without accents: `Cartão` and `cartao` are the same word. */
export const foldWord = (word: string): string =>
  word
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()

/** The words of a text as they are written, in order. */
export const wordsOf = (text: string): readonly string[] => text.match(WORD) ?? []

/** Words and what stands between them, in order; together they are the text. */
export function splitWords(text: string): readonly { readonly text: string; readonly isWord: boolean }[] {
  const pieces: { text: string; isWord: boolean }[] = []
  let end = 0
  for (const match of text.matchAll(WORD)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), isWord: false })
    pieces.push({ text: match[0], isWord: true })
    end = match.index + match[0].length
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isWord: false })
  return pieces
}
