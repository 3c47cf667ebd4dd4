/**
 * Takes the list of entities in an answer apart into the bytes of each, and puts such bytes
 * together as an answer. It takes apart what is exactly `{"data":{"_entities":[…]}}`, with white
 * space and further members such as `extensions`, but no errors: as `JSON.parse` would read it, or
 * not at all.
 */

const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, DOT, ZERO, NINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2e, 0x30, 0x39]
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, SPACE] = [0x7b, 0x7d, 0x5b, 0x5d, 0x20]
const UNICODE = 0x75 // u
const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word))
/** Behind a backslash. */
const ESCAPES: ReadonlySet<number | undefined> = new Set(Buffer.from('"\\/bfnrt'))

/** Where a value, a string or a word ends; -1 where there is none. */
type End = number

/**
 * Where the entities stand in an answer: begin and end of each in turn; `undefined` where the bytes
 * are not such an answer.
 */
export function splitEntities(body: Buffer): readonly number[] | undefined {
  let places: number[] | undefined
  const end = skipMembers(body, skipSpace(body, 0), (key, begin) => {
    if (key === 'data') {
      if (places) return -1
      places = []
      return skipEntities(body, begin, places)
    }
    const end = skipValue(body, begin)
    if (key === 'errors' && end >= 0 && !/^(?:null|\[\s*\])$/.test(body.toString('latin1', begin, end))) return -1
    return end
  })
  return end >= 0 && skipSpace(body, end) === body.length ? places : undefined
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

/** @param places takes begin and end of each entity */
function skipEntities(body: Buffer, begin: number, places: number[]): End {
  let isFound = false
  return skipMembers(body, begin, (key, at) => {
    if (key !== '_entities' || isFound) return -1
    isFound = true
    return skipItems(body, at, places)
  })
}

/** @param places takes begin and end of each item */
function skipItems(body: Buffer, begin: number, places: number[]): End {
  if (body[begin] !== OPEN_BRACKET) return -1
  let at = skipSpace(body, begin + 1)
  if (body[at] === CLOSE_BRACKET) return at + 1
  for (;;) {
    const end = skipValue(body, at)
    if (end < 0) return -1
    places.push(at, end)
    at = skipSpace(body, end)
    if (body[at] === CLOSE_BRACKET) return at + 1
    if (body[at] !== COMMA) return -1
    at = skipSpace(body, at + 1)
  }
}

/**
 * An object with at least one member, none of whose names is escaped.
 * @param member is given the name and where the value begins; gives where that ends
 */
function skipMembers(body: Buffer, begin: number, member: (name: string, at: number) => End): End {
  if (body[begin] !== OPEN_BRACE) return -1
  let at = begin
  for (;;) {
    const nameAt = skipSpace(body, at + 1)
    const valueAt = skipName(body, nameAt)
    if (valueAt < 0) return -1
    const name = body.toString('latin1', nameAt + 1, body.lastIndexOf(QUOTE, valueAt - 1))
    if (name.includes('\\')) return -1
    const end = member(name, valueAt)
    if (end < 0) return -1
    at = skipSpace(body, end)
    if (body[at] === CLOSE_BRACE) return at + 1
    if (body[at] !== COMMA) return -1
  }
}

/** Any value, however deep. @param begin where no white space is */
function skipValue(body: Buffer, begin: number): End {
  /** What has to close what is open, the innermost last. */
  const closing: number[] = []
  let at = begin
  for (;;) {
    const first = body[at]
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      const close = first + 2
      at = skipSpace(body, at + 1)
      if (body[at] !== close) {
        closing.push(close)
        if (close === CLOSE_BRACE) at = skipName(body, at)
        if (at < 0) return -1
        continue
      }
      at += 1
    } else {
      at = first === QUOTE ? skipString(body, at) : skipWord(body, at)
      if (at < 0) return -1
    }
    // A value ended here, and perhaps what it stands in.
    for (;;) {
      const close = closing.at(-1)
      if (close === undefined) return at
      at = skipSpace(body, at)
      if (body[at] === COMMA) {
        at = skipSpace(body, at + 1)
        if (close === CLOSE_BRACE) at = skipName(body, at)
        if (at < 0) return -1
        break
      }
      if (body[at] !== close) return -1
      closing.pop()
      at += 1
    }
  }
}

/** A name with its colon, and white space up to the value. */
function skipName(body: Buffer, begin: number): End {
  if (body[begin] !== QUOTE) return -1
  const end = skipString(body, begin)
  if (end < 0) return -1
  const colon = skipSpace(body, end)
  return body[colon] === COLON ? skipSpace(body, colon + 1) : -1
}

function skipSpace(body: Buffer, begin: number): number {
  let at = begin
  for (let byte = body[at]; byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = body[at]) at += 1
  return at
}

function skipString(body: Buffer, begin: number): End {
  let at = begin + 1
  for (;;) {
    const byte = body[at]
    if (byte === undefined || byte < SPACE) return -1
    at += 1
    if (byte === QUOTE) return at
    if (byte !== BACKSLASH) continue
    const meaning = body[at]
    at += 1
    if (meaning === UNICODE) {
      if (!/^[\da-f]{4}$/i.test(body.toString('latin1', at, at + 4))) return -1
      at += 4
    } else if (!ESCAPES.has(meaning)) return -1
  }
}

function skipWord(body: Buffer, begin: number): End {
  const first = body[begin]
  if (first === MINUS || isDigit(first)) return skipNumber(body, begin)
  for (const word of WORDS) {
    if (first === word[0]) return word.equals(body.subarray(begin, begin + word.length)) ? begin + word.length : -1
  }
  return -1
}

/** RFC 8259, section 6. */
function skipNumber(body: Buffer, begin: number): End {
  let at = body[begin] === MINUS ? begin + 1 : begin
  at = body[at] === ZERO ? at + 1 : skipDigits(body, at)
  if (at >= 0 && body[at] === DOT) at = skipDigits(body, at + 1)
  if (at >= 0 && isExponent(body[at])) {
    const sign = body[at + 1]
    at = skipDigits(body, sign === MINUS || sign === 0x2b ? at + 2 : at + 1)
  }
  return at
}

/** One or more. */
function skipDigits(body: Buffer, begin: number): End {
  let at = begin
  while (isDigit(body[at])) at += 1
  return at > begin ? at : -1
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE
const isExponent = (byte: number | undefined): boolean => byte === 0x65 || byte === 0x45
