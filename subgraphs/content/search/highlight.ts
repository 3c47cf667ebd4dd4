/** Marks the matches of a search in plain text, as pieces. */
import type { Article } from '../articles/article.ts'
import { plainText } from './plain-text.ts'
import { isFound, type Piece, splitWords } from './words.ts'

interface HighlightFragment {
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
  const pieces = splitWords(text)
  for (const [at, piece] of pieces.entries()) {
    const match = isFound(pieces, at, words)
    const last = fragments.at(-1)
    if (last?.match === match) last.text += piece.text
    else fragments.push({ text: piece.text, match })
  }
  return fragments
}

/**
 * The part of a text around the first match, cut between words or characters; its beginning if
 * nothing matches.
 */
function passage(text: string, words: ReadonlySet<string>): string {
  const pieces = splitWords(text)
  const match = Math.max(
    0,
    pieces.findIndex((_, at) => isFound(pieces, at, words)),
  )
  let first = match
  let before = 0
  while (first > 0 && before + lengthAt(pieces, first - 1) <= BEFORE) before += lengthAt(pieces, --first)
  let last = match
  let length = before + lengthAt(pieces, match)
  while (last < pieces.length - 1 && length + lengthAt(pieces, last + 1) <= LENGTH) length += lengthAt(pieces, ++last)
  if (pieces[first]?.kind === 'between' && first > 0 && first < match) first++
  const shown = pieces
    .slice(first, last + 1)
    .map((piece) => piece.text)
    .join('')
  const isWhole = first === 0 && last === pieces.length - 1
  return isWhole
    ? shown
    : `${first > 0 ? '… ' : ''}${shown.slice(0, LENGTH).trimEnd()}${last < pieces.length - 1 ? ' …' : ''}`
}

const lengthAt = (pieces: readonly Piece[], at: number): number => pieces[at]?.text.length ?? 0
