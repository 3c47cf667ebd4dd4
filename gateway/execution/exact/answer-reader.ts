/**
 * Reads the text of a service's answer as `JSON.parse` does, but objects that are written alike
 * only once: answers of a graph repeat the same few entities over and over. It knows the names that
 * were asked for, in their order; at the first surprise `JSON.parse` takes over.
 */
import type { WrittenPlaces } from '../plan/paths.ts'
import { ENTITIES, type FetchedFields, fieldBelow } from './fetched-fields.ts'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  type Reading,
  readNested,
  readString,
  readWord,
  SURPRISE,
} from './json-reading.ts'

/** Gives the value of a JSON text; it may hold one object in several places. @throws SyntaxError */
export type ReadJson = (text: string) => unknown

/** What is expected of an object; only those on the way to one that may repeat have a guide. */
interface Guide {
  readonly fields: readonly GuidedField[]
  /** Its table among those of a reading; `undefined` where nothing repeats. */
  readonly table: number | undefined
}

interface GuidedField {
  readonly name: string
  /** As it stands in the text: `"name":`. */
  readonly key: string
  readonly guide: Guide | undefined
}

/** An object that was read, with its text. */
interface Met {
  readonly text: string
  readonly object: object
}

/** What was met at one place, by the beginnings of the texts. */
interface Table {
  readonly byHead: Map<string, Met[]>
  repeated: number
  different: number
}

/** A reading with what it met. */
interface AnswerReading extends Reading {
  readonly tables: (Table | undefined)[]
}

const START = '{"data":'
/** Text that is compared at once to find what may be the same. */
const MAX_HEAD = 128
/**
 * Objects with the same beginning that are compared; what they have in common is long, and they
 * differ below.
 */
const MAX_ALIKE = 8
/** Objects of a place that differ before it is given up as one where nothing repeats. */
const MAX_MISSES = 64

/**
 * The reader of a fetch's answers; `undefined` where nothing in them can repeat.
 * @param fields of the whole answer, as they were asked for
 * @param places below the objects that the answer adds to
 */
export function compileReader(
  fields: FetchedFields,
  places: readonly (WrittenPlaces | undefined)[],
): ReadJson | undefined {
  let tables = 0
  const guideOf = (asked: FetchedFields, all: readonly WrittenPlaces[], repeats: boolean): Guide => {
    const guided = [...new Set(asked.map(({ name }) => name))].map((name) => {
      const below = all.flatMap((each) => each.children.get(name) ?? [])
      const children = fieldBelow(asked, name)
      const guide =
        below.length > 0 && children.length > 0
          ? guideOf(
              children,
              below,
              below.every(({ shared }) => shared),
            )
          : undefined
      return { name, key: `${JSON.stringify(name)}:`, guide }
    })
    return { fields: guided, table: repeats ? tables++ : undefined }
  }
  const all = places.filter((each) => each !== undefined)
  const entities = fieldBelow(fields, ENTITIES)
  const below = guideOf(entities.length > 0 ? entities : fields, all, false)
  if (tables === 0) return undefined
  const root =
    entities.length > 0
      ? { fields: [{ name: ENTITIES, key: `"${ENTITIES}":`, guide: below }], table: undefined }
      : below
  return (text) => {
    try {
      if (text.startsWith(START)) {
        const reading: AnswerReading = { text, escapes: text.includes('\\'), tables: [], at: START.length }
        const data = readValue(reading, root)
        if (text.charCodeAt(reading.at) === CLOSE_BRACE && text.slice(reading.at + 1).trim() === '') return { data }
      }
    } catch {
      // Whatever it was: JSON.parse knows what the text says, or what is wrong with it.
    }
    return JSON.parse(text)
  }
}

function readValue(reading: AnswerReading, guide: Guide | undefined): unknown {
  switch (reading.text.charCodeAt(reading.at)) {
    case QUOTE:
      return readString(reading)
    case OPEN_BRACE:
      return guide ? readRepeated(reading, guide) : readNested(reading)
    case OPEN_BRACKET:
      return guide ? readList(reading, guide) : readNested(reading)
    default:
      return readWord(reading)
  }
}

function readList(reading: AnswerReading, guide: Guide): unknown[] {
  const { text } = reading
  const list: unknown[] = []
  reading.at++
  if (text.charCodeAt(reading.at) === CLOSE_BRACKET) {
    reading.at++
    return list
  }
  for (;;) {
    list.push(readValue(reading, guide))
    const character = text.charCodeAt(reading.at++)
    if (character === CLOSE_BRACKET) return list
    if (character !== COMMA) throw SURPRISE
  }
}

/** An object, or the one that was read before from the same text. */
function readRepeated(reading: AnswerReading, guide: Guide): object {
  const { text, at, tables } = reading
  if (guide.table === undefined) return readObject(reading, guide)
  let table = tables[guide.table]
  if (!table) {
    table = { byHead: new Map(), repeated: 0, different: 0 }
    tables[guide.table] = table
  }
  if (table.different - table.repeated > MAX_MISSES) return readObject(reading, guide)
  const head = headOf(text, at)
  let met = table.byHead.get(head)
  if (!met) {
    met = []
    table.byHead.set(head, met)
  }
  for (const known of met) {
    const end = at + known.text.length
    // No object's text is the beginning of another's.
    if (text.slice(at, end) !== known.text) continue
    reading.at = end
    table.repeated++
    return known.object
  }
  table.different++
  const object = readObject(reading, guide)
  if (met.length < MAX_ALIKE) met.push({ text: text.slice(at, reading.at), object })
  return object
}

/** What objects that are the same have in common, up to the first one inside. */
function headOf(text: string, at: number): string {
  const limit = at + MAX_HEAD
  let end = at + 1
  for (; end < limit; end++) {
    const character = text.charCodeAt(end)
    if (character === OPEN_BRACE || character === OPEN_BRACKET || character === CLOSE_BRACE) break
  }
  return text.slice(at, end)
}

function readObject(reading: AnswerReading, { fields }: Guide): object {
  const { text } = reading
  const object: Record<string, unknown> = {}
  reading.at++
  if (text.charCodeAt(reading.at) === CLOSE_BRACE) {
    reading.at++
    return object
  }
  let next = 0
  for (;;) {
    // Services answer in the order they are asked; what was asked for other types is passed over.
    let field = fields[next]
    while (field && !text.startsWith(field.key, reading.at)) {
      next++
      field = fields[next]
    }
    if (!field) throw SURPRISE
    next++
    reading.at += field.key.length
    if (field.name === '__proto__') throw SURPRISE
    object[field.name] = readValue(reading, field.guide)
    const character = text.charCodeAt(reading.at++)
    if (character === CLOSE_BRACE) return object
    if (character !== COMMA) throw SURPRISE
  }
}
