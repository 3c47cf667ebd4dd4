/**
 * Splits the list of entities of an answer into the bytes of each, and joins such bytes to an
 * answer. It splits only exactly `{"data":{"_entities":[…]}}`, with white space and other members
 * such as `extensions`, but no errors: it reads what `JSON.parse` would, or nothing.
 */
import { SURPRISE, skipScalar, skipSpace, skipString } from '../../../platform/data/json-bytes.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** The bytes of each entity, as views of the answer; `undefined` for any other answer. */
export function splitEntities(body: Buffer): readonly Buffer[] | undefined {
  try {
    return entitiesIn(body)
  } catch (error) {
    if (error === SURPRISE) return undefined
    throw error
  }
}

/** @throws SURPRISE, as all functions below */
function entitiesIn(body: Buffer): readonly Buffer[] | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  let entities: Buffer[] | undefined
  const end = skipMembers(body, view, skipSpace(body, 0), (key, begin) => {
    if (key === 'data') {
      if (entities) throw SURPRISE
      entities = []
      return skipEntities(body, view, begin, entities)
    }
    const end = skipValue(body, view, begin)
    if (key === 'errors' && !/^(?:null|\[\s*\])$/.test(body.toString('latin1', begin, end))) throw SURPRISE
    return end
  })
  return skipSpace(body, end) === body.length ? entities : undefined
}

/** @param entities JSON texts */
export function joinEntities(entities: readonly Buffer[]): Buffer {
  let length = HEAD.length + TAIL.length + Math.max(0, entities.length - 1)
  for (const entity of entities) length += entity.length
  const body = Buffer.allocUnsafeSlow(length)
  let at = HEAD.copy(body)
  for (const [index, entity] of entities.entries()) {
    if (index > 0) body[at++] = COMMA
    at += entity.copy(body, at)
  }
  TAIL.copy(body, at)
  return body
}

const HEAD = Buffer.from('{"data":{"_entities":[')
const TAIL = Buffer.from(']}}')

/** @param entities receives the bytes of each */
function skipEntities(body: Buffer, view: DataView, begin: number, entities: Buffer[]): number {
  let isFound = false
  return skipMembers(body, view, begin, (key, at) => {
    if (key !== '_entities' || isFound || body[at] !== OPEN_BRACKET) throw SURPRISE
    isFound = true
    return skipItems(body, view, at, entities)
  })
}

/** @param items receives the bytes of each */
function skipItems(body: Buffer, view: DataView, begin: number, items: Buffer[]): number {
  let at = skipSpace(body, begin + 1)
  if (body[at] === CLOSE_BRACKET) return at + 1
  for (;;) {
    const end = skipValue(body, view, at)
    items.push(body.subarray(at, end))
    at = skipSpace(body, end)
    if (body[at] === CLOSE_BRACKET) return at + 1
    at = skipSpace(body, behind(COMMA, body, at))
  }
}

/**
 * An object with at least one member, none of whose names is escaped.
 * @param member gets the name and where the value begins; returns where it ends
 */
function skipMembers(
  body: Buffer,
  view: DataView,
  begin: number,
  member: (name: string, at: number) => number,
): number {
  let at = behind(OPEN_BRACE, body, begin)
  for (;;) {
    const nameAt = skipSpace(body, at)
    const valueAt = skipName(body, view, nameAt)
    const name = body.toString('latin1', nameAt + 1, body.lastIndexOf(QUOTE, valueAt - 1))
    if (name.includes('\\')) throw SURPRISE
    at = skipSpace(body, member(name, valueAt))
    if (body[at] === CLOSE_BRACE) return at + 1
    at = behind(COMMA, body, at)
  }
}

/** Any value, at any depth. @param begin first byte that is not white space */
function skipValue(body: Buffer, view: DataView, begin: number): number {
  /** The closing brackets of open ones, the innermost last. */
  const closing: number[] = []
  let at = begin
  for (;;) {
    const first = body[at]
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      const close = first + 2
      at = skipSpace(body, at + 1)
      if (body[at] !== close) {
        closing.push(close)
        if (close === CLOSE_BRACE) at = skipName(body, view, at)
        continue
      }
      at += 1
    } else at = skipScalar(body, view, at)
    // A value ended here, and perhaps the values around it.
    for (;;) {
      const close = closing.at(-1)
      if (close === undefined) return at
      at = skipSpace(body, at)
      if (body[at] === COMMA) {
        at = skipSpace(body, at + 1)
        if (close === CLOSE_BRACE) at = skipName(body, view, at)
        break
      }
      at = behind(close, body, at)
      closing.pop()
    }
  }
}

/** Skips a name, its colon, and white space up to the value. */
const skipName = (body: Buffer, view: DataView, begin: number): number =>
  skipSpace(body, behind(COLON, body, skipSpace(body, skipString(body, view, begin))))

function behind(byte: number, body: Buffer, at: number): number {
  if (body[at] !== byte) throw SURPRISE
  return at + 1
}
