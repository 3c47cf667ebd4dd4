/**
 * Reads the bytes of a service's answer by the code of its fetch: checks that they are what was
 * requested, and notes where needed values begin and end. Copies and allocates nothing. One reading
 * at a time, from beginning to end.
 */
import { isUtf8 } from 'node:buffer'
import {
  SURPRISE,
  skipBoolean,
  skipInt,
  skipNull,
  skipNumber,
  skipSpace,
  skipString,
  skipText,
  skipValue,
  skipWholeNumber,
} from '../../../platform/data/json-bytes.ts'
import {
  ANY,
  BOOLEAN,
  BY_TYPENAME,
  CONSTANT,
  type Code,
  comparable,
  DEPTH,
  END_SLOT,
  ENUM,
  FLOAT,
  ID,
  INT,
  KEY_SLOT,
  KIND,
  LEVELS,
  LIST,
  NULLABLE,
  OBJECTS,
  ONE,
  STRING,
  TEXT,
  UNKNOWN_LISTS,
  VALUE_SLOT,
} from './code.ts'
import type { Tapes } from './tapes.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const N = 0x6e

/** Replaces a link's count for null; the link's first word then says where the null is. */
export const NO_OBJECT = -1
export const ONE_OBJECT = -2

/** The arena of nested lists: two words each, like links. */
export const LISTS = 0
export const LIST_WORDS = 2

const TYPENAME_KEY = '{"__typename":'.length
const DATA = Int32Array.from(comparable('{"data":'))
const ENTITIES = Int32Array.from(comparable('{"_entities":['))
const EXTENSIONS = Int32Array.from(comparable(',"extensions":'))
const FIRST_ERRORS = Int32Array.from(comparable('{"errors":'))
const THEN_DATA = Int32Array.from(comparable(',"data":'))
const LAST_ERRORS = Int32Array.from(comparable(',"errors":'))
const NO_TAPE = new Int32Array(0)

let words: Int32Array = NO_TAPE
let literals: DataView = new DataView(new ArrayBuffer(0))
let bytes: Uint8Array = new Uint8Array(0)
let view: DataView = new DataView(new ArrayBuffer(0))
let tapes: Tapes
/** Where the data begins. */
let dataAt = 0
let errors: Buffer | undefined

function begin(code: Code, answer: Buffer, into: Tapes): void {
  if (!isUtf8(answer)) throw SURPRISE
  words = code.words
  literals = code.literals
  bytes = answer
  view = new DataView(answer.buffer, answer.byteOffset, answer.length)
  tapes = into
  errors = undefined
  dataAt = matches(FIRST_ERRORS, 0, 0) ? afterErrors(FIRST_ERRORS, 0) : 0
  if (dataAt === 0) dataAt = expect(DATA, 0, 0)
  else if (matches(THEN_DATA, 0, dataAt)) dataAt = expect(THEN_DATA, 0, dataAt)
}

/** Whether the answer has only errors and no data. */
function isWithoutData(): boolean {
  // True behind the key of the data; false behind the errors, where no value may be.
  const isValue = bytes[dataAt - 1] === COLON
  if (isValue && bytes[dataAt] !== N) return false
  end(isValue ? skipNull(bytes, dataAt) : dataAt)
  if (!errors) throw SURPRISE
  dataAt = 0
  return true
}

/** Notes the errors. @param key of their member */
function afterErrors(key: Int32Array, at: number): number {
  const begin = at + (key[0] as number)
  const end = skipValue(bytes, view, begin)
  if (errors || bytes[begin] !== OPEN_BRACKET || bytes[begin + 1] === CLOSE_BRACKET) throw SURPRISE
  errors = (bytes as Buffer).subarray(begin, end)
  return end
}

export interface ScannedErrors {
  /** JSON of a list. */
  readonly text: Buffer
  /** Position of the data; 0 if there is none. */
  readonly dataAt: number
}

/** The errors of the last answer read. */
export const scannedErrors = (): ScannedErrors | undefined => errors && { text: errors, dataAt }

/**
 * Reads an answer of a root type. Returns the address of its record; 0 if there are only errors.
 * @throws SURPRISE
 */
export function scanRoot(code: Code, shape: number, answer: Buffer, into: Tapes): number {
  begin(code, answer, into)
  if (isWithoutData()) return 0
  const top = into.tops[words[shape] as number] as number
  end(scanObject(shape, dataAt, 0))
  return top
}

/**
 * Reads an answer for entities, whose records are adjacent.
 * @param asked the code of each entity's variant
 * @throws SURPRISE
 */
export function scanEntities(code: Code, shape: number, asked: Int32Array, answer: Buffer, into: Tapes): void {
  begin(code, answer, into)
  if (isWithoutData()) return
  let at = expect(ENTITIES, 0, dataAt)
  for (let index = 0; index < asked.length; index++) {
    if (index > 0 && bytes[at++] !== COMMA) throw SURPRISE
    at = bytes[at] === N ? scanNull(shape, at) : scanObject(shape, at, asked[index] as number)
  }
  if (bytes[at] !== CLOSE_BRACKET || bytes[at + 1] !== CLOSE_BRACE) throw SURPRISE
  end(at + 2)
}

/** Skips white space and `extensions` after the data. */
function end(at: number): void {
  let position = at
  if (matches(LAST_ERRORS, 0, position)) position = afterErrors(LAST_ERRORS, position)
  if (matches(EXTENSIONS, 0, position)) position = skipValue(bytes, view, position + (EXTENSIONS[0] as number))
  if (bytes[position] !== CLOSE_BRACE || skipSpace(bytes, position + 1) !== bytes.length) throw SURPRISE
}

/** @param at of the text in the table */
const matches = (table: Int32Array, at: number, position: number): boolean => isAt(bytes, view, position, table, at)

function isAt(text: Uint8Array, source: DataView, position: number, table: Int32Array, at: number): boolean {
  const last = position + (table[at] as number) - 4
  if (last + 4 > text.length) return false
  let word = at + 1
  for (let current = position; current < last; current += 4)
    if (source.getInt32(current, true) !== table[word++]) return false
  return source.getInt32(last, true) === table[word]
}

function expect(table: Int32Array, at: number, position: number): number {
  if (!matches(table, at, position)) throw SURPRISE
  return position + (table[at] as number)
}

/** Records a missing object: the negative position of its null. */
function scanNull(shape: number, at: number): number {
  const arena = words[shape] as number
  if (arena >= 0) {
    const record = tapes.add(arena, words[shape + 1] as number)
    ;(tapes.arenas[arena] as Int32Array)[record] = -at
  }
  return skipNull(bytes, at)
}

/** @param asked the code of the expected variant; 0 for any */
function scanObject(shape: number, at: number, asked: number): number {
  const arena = words[shape] as number
  const recognition = words[shape + 2]
  let tape: Int32Array = NO_TAPE
  let record = 0
  if (arena >= 0) {
    record = tapes.add(arena, words[shape + 1] as number)
    tape = tapes.arenas[arena] as Int32Array
  }
  if (recognition === ONE) {
    if (arena >= 0) tape[record] = words[shape + 4] as number
    return scanFields(words[shape + 5] as number, at, at, tape, record)
  }
  if (recognition !== BY_TYPENAME) {
    if (arena >= 0) tape[record] = 1
    return scanFields(asked, at, at, tape, record)
  }
  let entry = shape + 4
  for (let left = words[shape + 3] as number; left > 0; left--) {
    const length = words[entry + 2] as number
    if (!matches(words, entry + 2, at)) {
      entry += 3 + ((length + 3) >> 2)
      continue
    }
    const variant = words[entry + 1] as number
    if (asked !== 0 && asked !== variant) throw SURPRISE
    if (arena >= 0) {
      tape[record] = words[entry] as number
      put(tape, record, words[variant] as number, at + 1)
      put(tape, record, words[variant + 1] as number, at + TYPENAME_KEY)
      put(tape, record, words[variant + 2] as number, at + length)
    }
    return scanFields(variant, at, at + length, tape, record)
  }
  throw SURPRISE
}

function put(tape: Int32Array, record: number, slot: number, value: number): void {
  if (slot >= 0) tape[record + slot] = value
}

/** @param begin where the object begins */
function scanFields(variant: number, begin: number, at: number, tape: Int32Array, record: number): number {
  // Constants: the module's variables are loaded again after each call.
  const code = words
  const text = bytes
  const source = view
  let left = code[variant + 3] as number
  let pc = variant + 4
  let position = at
  if (left === 0 && position === begin && text[position++] !== OPEN_BRACE) throw SURPRISE
  for (; left > 0; left--) {
    const kind = code[pc] as number
    const length = code[pc + 1] as number
    if (!isAt(text, source, position, code, pc + 1)) throw SURPRISE
    pc += 2 + ((length + 3) >> 2)
    const isText = (kind & KIND) === TEXT
    if ((kind & KEY_SLOT) !== 0) tape[record + (code[pc++] as number)] = position + 1
    position += length
    if ((kind & VALUE_SLOT) !== 0) tape[record + (code[pc++] as number)] = isText ? position - 1 : position
    const end = (kind & END_SLOT) !== 0 ? (code[pc++] as number) : -1
    if (isText) position = skipText(text, source, position)
    else {
      switch (kind & KIND) {
        case OBJECTS:
          position = scanObjects(pc, position, tape, record)
          pc += 3
          break
        case LIST:
          position = scanList(code[pc++] as number, position, 0)
          break
        case ENUM:
          position = scanLeaf(kind, code[pc++] as number, position)
          break
        case CONSTANT:
          break
        default:
          position = scanLeaf(kind, 0, position)
      }
    }
    if (end >= 0) tape[record + end] = position
  }
  if (text[position] !== CLOSE_BRACE) throw SURPRISE
  return position + 1
}

function scanLeaf(kind: number, names: number, at: number): number {
  if (bytes[at] === N) {
    if ((kind & NULLABLE) === 0) throw SURPRISE
    return skipNull(bytes, at)
  }
  switch (kind & KIND) {
    case STRING:
      return skipString(bytes, view, at)
    case INT:
      return skipInt(bytes, at)
    case FLOAT:
      return skipNumber(bytes, at)
    case BOOLEAN:
      return skipBoolean(bytes, at)
    case ID:
      return bytes[at] === QUOTE ? skipText(bytes, view, at + 1) : skipWholeNumber(bytes, at)
    case ENUM:
      return scanName(names, at)
    case ANY:
      return skipValue(bytes, view, at)
    default:
      throw SURPRISE
  }
}

function scanName(names: number, at: number): number {
  for (let entry = names + 1, left = words[names] as number; left > 0; left--, entry += 2) {
    const from = words[entry] as number
    const length = words[entry + 1] as number
    let same = 0
    while (same < length && bytes[at + same] === literals.getUint8(from + same)) same++
    if (same === length) return at + length
  }
  throw SURPRISE
}

/** Lists of leaves. */
function scanList(list: number, at: number, level: number): number {
  const lists = words[list] as number
  const nullable = ((lists >> (LEVELS + level)) & 1) * NULLABLE
  if (level === (lists & DEPTH)) return scanLeaf((words[list + 1] as number) | nullable, words[list + 2] as number, at)
  if (bytes[at] === N) {
    if (nullable === 0) throw SURPRISE
    return skipNull(bytes, at)
  }
  if (bytes[at] !== OPEN_BRACKET) throw SURPRISE
  if (bytes[at + 1] === CLOSE_BRACKET) return at + 2
  let position = at
  do position = scanList(list, position + 1, level + 1)
  while (bytes[position] === COMMA)
  if (bytes[position] !== CLOSE_BRACKET) throw SURPRISE
  return position + 1
}

/** Reads the objects of a field, with the lists around them. */
function scanObjects(pc: number, at: number, tape: Int32Array, record: number): number {
  const link = words[pc + 1] as number
  const position = scanLevel(words[pc] as number, words[pc + 2] as number, at, 0)
  if (link >= 0) {
    tape[record + link] = first
    tape[record + link + 1] = count
  }
  return position
}

/** The result of `scanLevel`: the first record and their number. */
let first = 0
let count = 0

function scanLevel(lists: number, shape: number, at: number, level: number): number {
  const isUnknown = lists === UNKNOWN_LISTS
  const byte = bytes[at]
  if (byte === N) {
    if (!isUnknown && ((lists >> (LEVELS + level)) & 1) === 0) throw SURPRISE
    first = at
    count = NO_OBJECT
    return skipNull(bytes, at)
  }
  const depth = isUnknown ? (byte === OPEN_BRACKET ? 1 : 0) : (lists & DEPTH) - level
  if (depth > 1) return scanLists(lists, shape, at, level)
  const arena = words[shape] as number
  const top = arena < 0 ? 0 : (tapes.tops[arena] as number)
  if (depth === 0) {
    const end = scanObject(shape, at, 0)
    first = top
    count = ONE_OBJECT
    return end
  }
  if (byte !== OPEN_BRACKET) throw SURPRISE
  let position = at + 1
  let items = 0
  const mayBeNull = isUnknown || ((lists >> (LEVELS + level + 1)) & 1) === 1
  if (bytes[position] === CLOSE_BRACKET) position++
  else
    for (;;) {
      if (bytes[position] !== N) position = scanObject(shape, position, 0)
      else if (mayBeNull) position = scanNull(shape, position)
      else throw SURPRISE
      items++
      const next = bytes[position++]
      if (next === CLOSE_BRACKET) break
      if (next !== COMMA) throw SURPRISE
    }
  first = top
  count = items
  return position
}

/** Reads lists of lists. The inner ones are stored adjacently once all are read. */
function scanLists(lists: number, shape: number, at: number, level: number): number {
  if (bytes[at] !== OPEN_BRACKET) throw SURPRISE
  const inner: number[] = []
  let position = at + 1
  if (bytes[position] === CLOSE_BRACKET) position++
  else
    for (;;) {
      position = scanLevel(lists, shape, position, level + 1)
      inner.push(first, count)
      const next = bytes[position++]
      if (next === CLOSE_BRACKET) break
      if (next !== COMMA) throw SURPRISE
    }
  const top = tapes.tops[LISTS] as number
  for (let index = 0; index < inner.length; index += LIST_WORDS) {
    const record = tapes.add(LISTS, LIST_WORDS)
    const tape = tapes.arenas[LISTS] as Int32Array
    tape[record] = inner[index] as number
    tape[record + 1] = inner[index + 1] as number
  }
  first = -top
  count = inner.length / LIST_WORDS
  return position
}
