/**
 * Splits text into words for the search, and folds spellings. Scripts without spaces between words
 * are indexed by pairs of characters, as in search engines: no dictionary has every word, and pairs
 * match any part of a run.
 */

const RUN = /[^\n\r\p{Z}\p{P}\p{S}]+/gu

/**
 * Characters of scripts without spaces, or, as Korean, with spaces between phrases rather than
 * words.
 */
const UNSPACED =
  /(?:[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Yiii}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Lana}\p{scx=Talu}\p{scx=Tavt}\p{scx=Java}\p{scx=Bali}]\p{M}*)+/gu
const HAS_UNSPACED = new RegExp(UNSPACED.source, 'u')

/**
 * Accents and vowel points. Marks of other scripts are letters: without them か and が, or पिता and
 * पता, would be one word.
 */
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]+/g

const characters = new Intl.Segmenter('und', { granularity: 'grapheme' })

/**
 * A word, one character of a script without spaces, or the text between; together they are the
 * whole text.
 */
export interface Piece {
  readonly text: string
  readonly kind: 'word' | 'character' | 'between'
}

/** Lower case without accents: `Cartão` and `cartao` are the same word. */
export const foldWord = (word: string): string =>
  word.normalize('NFKD').replace(ACCENTS, '').normalize('NFKC').toLowerCase()

/** True for terms that match exactly, without completion or typos. */
export const isUnspaced = (word: string): boolean => HAS_UNSPACED.test(word)

/** How many words a reader typed; a run without spaces counts as one. */
export const countRuns = (text: string): number => text.match(RUN)?.length ?? 0

/** The terms of a text, as written, in order. */
export const indexTerms = (text: string): readonly string[] => termsOf(text, (run) => [...run, ...pairsOf(run)])

/** The terms to search for a typed text. A single character is searched for itself. */
export const typedTerms = (text: string): readonly string[] =>
  termsOf(text, (run) => (run.length === 1 ? run : pairsOf(run)))

function termsOf(text: string, ofRun: (run: readonly string[]) => readonly string[]): readonly string[] {
  const runs = text.match(RUN) ?? []
  if (!HAS_UNSPACED.test(text)) return runs
  return runs.flatMap((run) =>
    partsOf(run).flatMap(({ text: part, unspaced }) => (unspaced ? ofRun(charactersOf(part)) : [part])),
  )
}

export function splitWords(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (index > end) pieces.push({ text: text.slice(end, index), kind: 'between' })
    for (const { text: part, unspaced } of partsOf(run)) {
      if (!unspaced) pieces.push({ text: part, kind: 'word' })
      else for (const character of charactersOf(part)) pieces.push({ text: character, kind: 'character' })
    }
    end = index + run.length
  }
  if (end < text.length) pieces.push({ text: text.slice(end), kind: 'between' })
  return pieces
}

/**
 * Whether a piece was found: as a word, or as a character alone or with the next or the one before.
 * @param found folded
 */
export function isFound(pieces: readonly Piece[], at: number, found: ReadonlySet<string>): boolean {
  const piece = pieces[at]
  if (piece === undefined || piece.kind === 'between') return false
  if (found.has(foldWord(piece.text))) return true
  if (piece.kind === 'word') return false
  return isFoundPair(piece, pieces[at + 1], found) || isFoundPair(pieces[at - 1], piece, found)
}

const isFoundPair = (one: Piece | undefined, other: Piece | undefined, found: ReadonlySet<string>): boolean =>
  one?.kind === 'character' && other?.kind === 'character' && found.has(foldWord(one.text + other.text))

/** The stretches of a run that are written without spaces, and those that are not. */
function partsOf(run: string): readonly { readonly text: string; readonly unspaced: boolean }[] {
  const parts: { text: string; unspaced: boolean }[] = []
  let end = 0
  for (const { 0: part, index } of run.matchAll(UNSPACED)) {
    if (index > end) parts.push({ text: run.slice(end, index), unspaced: false })
    parts.push({ text: part, unspaced: true })
    end = index + part.length
  }
  if (end < run.length) parts.push({ text: run.slice(end), unspaced: false })
  return parts
}

/** Characters as readers count them, with their marks. */
const charactersOf = (text: string): readonly string[] => Array.from(characters.segment(text), ({ segment }) => segment)

const pairsOf = (run: readonly string[]): readonly string[] =>
  run.slice(1).map((character, index) => `${run[index]}${character}`)
