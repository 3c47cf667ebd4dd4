/**
 * Marks every text that one request sends, and every text that services answer to it. Services look
 * things up by the unmarked texts.
 */
const MARK = /~\d+~/g

export interface Canary {
  /** A copy of the value with the mark on every text. */
  marked(value: unknown): unknown
  /** A service's answer, marked. */
  answer(body: Buffer): Buffer
  /** Marks of other requests in a text. */
  strangersIn(text: string): readonly string[]
}

/** @param words names of types and enum values, which are not marked */
export function createCanary(number: number, words: ReadonlySet<string>): Canary {
  const mark = `~${number}~`
  const marked = (value: unknown): unknown => {
    if (typeof value === 'string') return words.has(value) ? value : value + mark
    if (Array.isArray(value)) return value.map(marked)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, marked(each)]))
  }
  return {
    marked,
    answer(body) {
      const { data } = JSON.parse(body.toString()) as { data: unknown }
      return Buffer.from(JSON.stringify({ data: marked(data) }))
    },
    strangersIn: (text) => (text.match(MARK) ?? []).filter((found) => found !== mark),
  }
}

export const withoutMarks = (text: string): string => text.replaceAll(MARK, '')

/** The first mark in a text. */
export function markIn(text: string): number | undefined {
  const [, number] = /~(\d+)~/.exec(text) ?? []
  return number === undefined ? undefined : Number(number)
}
