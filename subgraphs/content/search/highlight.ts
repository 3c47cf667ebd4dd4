/** Shows where the words of a search were found, as pieces of plain text. */
import { plainText } from './plain-text.ts'
import { foldWord, type SearchHit, splitWords } from './search.ts'

export interface HighlightFragment {
  readonly text: string
  readonly match: boolean
}

export interface Highlight {
  readonly field: 'TITLE' | 'SUMMARY' | 'TEXT'
  readonly fragments: readonly HighlightFragment[]
}

const BEFORE = 60 // characters shown before the first match in the text
const LENGTH = 200 // characters of a passage

export function highlightHit({ article, matches }: SearchHit): readonly Highlight[] {
  const fields = new Set(Object.values(matches).flat())
  const words = new Set(Object.keys(matches))
  const highlights: Highlight[] = []
  if (fields.has('title')) highlights.push({ field: 'TITLE', fragments: mark(article.title, words) })
  if (fields.has('summary') && article.summary !== null)
    highlights.push({ field: 'SUMMARY', fragments: mark(article.summary, words) })
  if (fields.has('body'))
    highlights.push({ field: 'TEXT', fragments: mark(passage(plainText(article.markdown), words), words) })
  return highlights
}

function mark(text: string, words: ReadonlySet<string>): readonly HighlightFragment[] {
  const fragments: { text: string; match: boolean }[] = []
  for (const { word, gap } of splitWords(text)) {
    for (const piece of [
      { text: word, match: words.has(foldWord(word)) },
      { text: gap, match: false },
    ]) {
      const last = fragments.at(-1)
      if (piece.text === '') continue
      if (last?.match === piece.match) last.text += piece.text
      else fragments.push(piece)
    }
  }
  return fragments
}

/** The part of a text around the first match, cut between words. */
function passage(text: string, words: ReadonlySet<string>): string {
  let start = 0
  for (const { word, gap } of splitWords(text)) {
    if (words.has(foldWord(word))) break
    start += word.length + gap.length
  }
  if (start >= text.length) start = 0 // found in the index only
  const from = start <= BEFORE ? 0 : text.indexOf(' ', start - BEFORE) + 1
  const to = from + LENGTH >= text.length ? text.length : text.lastIndexOf(' ', from + LENGTH)
  const end = to > from ? to : from + LENGTH
  return `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`
}
