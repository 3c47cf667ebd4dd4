/** Shows where the words of a search were found, as pieces of plain text. */
import type { Article } from '../release/article.ts'
import { plainText } from './plain-text.ts'
import { foldWord, splitWords } from './words.ts'

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

/** @param words folded */
export function highlightArticle(article: Article, words: ReadonlySet<string>): readonly Highlight[] {
  const highlights: readonly Highlight[] = [
    { field: 'TITLE', fragments: mark(article.title, words) },
    { field: 'SUMMARY', fragments: mark(article.summary ?? '', words) },
    { field: 'TEXT', fragments: mark(passage(plainText(article.markdown), words), words) },
  ]
  return highlights.filter(({ fragments }) => fragments.some(({ match }) => match))
}

function mark(text: string, words: ReadonlySet<string>): readonly HighlightFragment[] {
  const fragments: { text: string; match: boolean }[] = []
  for (const piece of splitWords(text)) {
    const match = piece.isWord && words.has(foldWord(piece.text))
    const last = fragments.at(-1)
    if (last?.match === match) last.text += piece.text
    else fragments.push({ text: piece.text, match })
  }
  return fragments
}

/** The part of a text around the first match, cut between words; its beginning where nothing matches. */
function passage(text: string, words: ReadonlySet<string>): string {
  let position = 0
  let start = 0
  for (const piece of splitWords(text)) {
    if (piece.isWord && words.has(foldWord(piece.text))) {
      start = position
      break
    }
    position += piece.text.length
  }
  const from = start <= BEFORE ? 0 : text.indexOf(' ', start - BEFORE) + 1
  const to = from + LENGTH >= text.length ? text.length : text.lastIndexOf(' ', from + LENGTH)
  const end = to > from ? to : from + LENGTH
  return `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`
}
