/**
 * Writes objects by the code of `compile-writing.ts`: copies bytes of answers and literals into one
 * buffer. One writing at a time, from beginning to end.
 */

import type { GraphQLError } from 'graphql'
import { SURPRISE } from '../../../platform/data/json-bytes.ts'
import { type Loan, lend } from '../../../platform/memory/loans.ts'
import { type ErrorReport, FAILED, type Missing, TAKEN_ALONG } from '../answer/error-report.ts'
import { ABSENT } from '../answer/failure.ts'
import { TOO_LARGE } from '../answer/limit.ts'
import {
  COPY,
  COPY_KNOWN,
  type Code,
  DENY,
  EACH,
  END,
  ENTER,
  INTROSPECT,
  LEAVE,
  LEVELS,
  NOT_NULL,
  PUT,
  RETYPE,
} from './code.ts'
import type { Losses } from './losses.ts'
import { LIST_WORDS, LISTS, NO_OBJECT, ONE_OBJECT } from './scan.ts'
import type { Tapes } from './tapes.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const N = 0x6e

/** The input of a writing. */
export interface Written {
  readonly code: Code
  readonly tapes: Tapes
  /** Indexed by fetch. */
  readonly answers: readonly (DataView | undefined)[]
  /** Address in the code of the record lengths of the arenas. */
  readonly recordWords: number
  /** Answers an introspection field, given by its number. */
  readonly introspect: (number: number) => string
  /** Present if anything failed. */
  readonly losses: Losses | undefined
  /** Present if there may be errors. */
  readonly report: ErrorReport | undefined
  /** The errors of denied fields, by number. */
  readonly denials: readonly GraphQLError[]
}

const FIRST_ROOM = 64 * 1024 // bytes
const MAX_KEPT_ROOM = 4 * 1024 * 1024 // bytes that are kept between writings
const POOLED = 2 * 1024 // bytes of a result that may share memory with other short-lived ones
const BY_HAND = 256 // bytes that a loop copies faster than a call

let out: Buffer = Buffer.allocUnsafeSlow(FIRST_ROOM)
let view = new DataView(out.buffer)
let at = 0
let most = 0
let words: Int32Array
let literals: DataView
let arenas: Int32Array[]
let from: Written
let losses: Losses | undefined
let report: ErrorReport | undefined
/**
 * Path to the object being written, kept only for the client and only if there may be errors: an
 * index, or the negative address of a field's `EACH`.
 */
let path: number[] | undefined

/**
 * @param limit maximum bytes; beyond, writing throws `TOO_LARGE`
 * @param isForClient otherwise a failed value is a surprise
 */
export function beginWriting(written: Written, limit: number, isForClient: boolean): void {
  from = written
  words = written.code.words
  literals = written.code.literals
  arenas = written.tapes.arenas
  losses = written.losses
  report = written.report
  path = report && isForClient ? [] : undefined
  at = 0
  most = limit
}

/** A copy of the written bytes. */
export function finishWriting(): Buffer {
  const whole = at > POOLED ? Buffer.allocUnsafeSlow(at) : Buffer.allocUnsafe(at)
  finishInto(whole)
  return whole
}

/** A copy of the written bytes, in lent memory. */
export function finishLent(): Loan {
  const loan = lend(at)
  finishInto(loan.bytes)
  return loan
}

function finishInto(whole: Buffer): void {
  if (at > most) throw TOO_LARGE
  out.copy(whole, 0, 0, at)
  if (out.length > MAX_KEPT_ROOM) takeRoom(Buffer.allocUnsafeSlow(FIRST_ROOM))
}

/** Bytes written so far. */
export const writtenLength = (): number => at

/** Discards what was written after a position. */
export function rewindTo(length: number): void {
  at = length
}

/** A hash of what was written from a position on. */
export function hashFrom(begin: number, seed: number): number {
  let hash = seed ^ (at - begin)
  let position = begin
  for (; position + 4 <= at; position += 4) hash = mix(hash ^ view.getInt32(position, true))
  for (; position < at; position++) hash = mix(hash ^ (out[position] as number))
  return hash
}

const mix = (value: number): number => {
  const product = Math.imul(value, 0x85ebca6b)
  return product ^ (product >>> 15)
}

/** Whether the bytes written from `begin` on equal those between two earlier positions. */
export function isWrittenAt(begin: number, earlier: number, earlierEnd: number): boolean {
  if (at - begin !== earlierEnd - earlier) return false
  let one = begin
  let other = earlier
  for (; one + 4 <= at; one += 4, other += 4) if (view.getInt32(one) !== view.getInt32(other)) return false
  for (; one < at; one++, other++) if (out[one] !== out[other]) return false
  return true
}

export function writeBytes(bytes: Buffer): void {
  if (at + bytes.length > out.length) makeRoom(bytes.length)
  out.set(bytes, at)
  at += bytes.length
}

export function writeText(text: string): void {
  const length = Buffer.byteLength(text)
  if (at + length > out.length) makeRoom(length)
  at += out.write(text, at)
}

export function writeByte(byte: number): void {
  if (at === out.length) makeRoom(1)
  out[at++] = byte
}

/**
 * Copies eight bytes at a time, as a number that is never computed with; the last ones may be
 * copied twice. UTF-8 never reads as NaN, of which several bit patterns could become one: the bytes
 * above it, 0xff or 0x7f behind 0xf0, are no UTF-8.
 */
function put(source: DataView, begin: number, length: number): void {
  // Constants: loops load the module's variables each time.
  const start = at
  if (start + length > out.length) makeRoom(length)
  if (length > BY_HAND) out.set(new Uint8Array(source.buffer, source.byteOffset + begin, length), start)
  else if (length >= 8) {
    const target = view
    const last = length - 8
    for (let index = 0; index < last; index += 8)
      target.setFloat64(start + index, source.getFloat64(begin + index, true), true)
    target.setFloat64(start + last, source.getFloat64(begin + last, true), true)
  } else {
    const target = out
    for (let index = 0; index < length; index++) target[start + index] = source.getUint8(begin + index)
  }
  at = start + length
}

function makeRoom(more: number): void {
  if (at + more > most) throw TOO_LARGE
  const larger = Buffer.allocUnsafeSlow(Math.max(at + more, 2 * out.length))
  out.copy(larger, 0, 0, at)
  takeRoom(larger)
}

function takeRoom(room: Buffer): void {
  out = room
  view = new DataView(room.buffer)
}

/**
 * Writes one object. If a field that is not nullable is missing, so is the object.
 * @param code address of its code
 * @param arena of its record @param record its address
 * @throws SURPRISE
 */
export function writeObject(code: number, arena: number, record: number, fetch: number): Missing | undefined {
  let missing: Missing | undefined
  let pc = code
  const { answers } = from
  const firstTape = arenas[arena] as Int32Array
  let tape = firstTape
  let base = record
  // The root belongs to no fetch. Reading a negative index would slow down every other read.
  const own = fetch < 0 ? literals : (answers[fetch] as DataView)
  let bytes = own
  for (;;) {
    switch (words[pc]) {
      case PUT:
        put(literals, words[pc + 1] as number, words[pc + 2] as number)
        pc += 3
        break
      case COPY:
      case COPY_KNOWN: {
        const begin = tape[base + (words[pc + 1] as number)] as number
        const end = tape[base + (words[pc + 2] as number)] as number
        if (words[pc] === COPY_KNOWN && bytes.getUint8(begin) === N) throw SURPRISE
        if (losses !== undefined) tellOfCopied(bytes, begin, end)
        put(bytes, begin, end - begin)
        pc += 3
        break
      }
      case ENTER: {
        const joined = firstTape[record + (words[pc + 1] as number)] as number
        tape = arenas[words[pc + 3] as number] as Int32Array
        const answer = answers[words[pc + 2] as number]
        const type = answer === undefined ? 0 : (tape[joined] as number)
        if (joined !== 0 && answer && type > 0) {
          if (words[pc + 4] !== 0 && words[pc + 4] !== type) throw SURPRISE
          base = joined
          bytes = answer
          pc += 8
          break
        }
        const lost = loseFields(pc, joined, -type)
        if (lost === FAILED) return FAILED
        missing ??= lost
        put(literals, words[pc + 5] as number, Math.abs(words[pc + 6] as number))
        pc += 8 + (words[pc + 7] as number)
        tape = firstTape
        break
      }
      case LEAVE:
        tape = firstTape
        base = record
        bytes = own
        pc += 1
        break
      case EACH: {
        const link = base + (words[pc + 1] as number)
        const lost = writeEach(pc, tape[link] as number, tape[link + 1] as number)
        if (lost === FAILED) return FAILED
        missing ??= lost
        pc += 8
        break
      }
      case INTROSPECT:
        writeText(from.introspect(words[pc + 1] as number))
        pc += 2
        break
      case RETYPE:
        pc = retyped(pc, firstTape, record)
        break
      case DENY:
        if (!mayDeny(pc)) return FAILED
        pc += 5
        break
      case END:
        return missing
      default:
        throw SURPRISE
    }
  }
}

/** @param pc of the `EACH` @param first @param count of the link */
function writeEach(pc: number, first: number, count: number): Missing | undefined {
  path?.push(-pc)
  const missing = writeLinked(pc, 0, first, count)
  path?.pop()
  return missing
}

/**
 * Writes the objects of a link.
 * @param pc of the `EACH` @param level of the lists around the objects
 */
function writeLinked(pc: number, level: number, first: number, count: number): Missing | undefined {
  if (count === NO_OBJECT) return writeNullAt(words[pc + 2] as number, first)
  if (count === ONE_OBJECT) return writeItem(pc, level, first)
  const begin = at
  const lost = report === undefined ? 0 : report.lost
  const isNested = first < 0
  const size = isNested ? LIST_WORDS : (words[from.recordWords + (words[pc + 3] as number)] as number)
  const lists = arenas[LISTS] as Int32Array
  let missing: Missing | undefined
  writeByte(OPEN_BRACKET)
  for (let index = 0, item = Math.abs(first); index < count; index++, item += size) {
    if (index > 0) writeByte(COMMA)
    path?.push(index)
    const lacking = isNested
      ? writeLinked(pc, level + 1, lists[item] as number, lists[item + 1] as number)
      : writeItem(pc, level + 1, item)
    path?.pop()
    missing ??= lacking
    if (lacking === FAILED) return nullFor(FAILED, pc, level, begin, lost)
  }
  writeByte(CLOSE_BRACKET)
  return missing === undefined ? undefined : nullFor(missing, pc, level, begin, lost)
}

function writeItem(pc: number, level: number, record: number): Missing | undefined {
  const fetch = words[pc + 2] as number
  const arena = words[pc + 3] as number
  const type = (arenas[arena] as Int32Array)[record] as number
  if (type <= 0) return writeNullAt(fetch, -type)
  const begin = at
  const lost = report === undefined ? 0 : report.lost
  const missing = writeObject(codeFor(words[pc + 4] as number, type), arena, record, fetch)
  return missing === undefined ? undefined : nullFor(missing, pc, level, begin, lost)
}

/** Writes null for a missing value, if it is nullable. @param begin of what was written of it */
function nullFor(missing: Missing, pc: number, level: number, begin: number, lost: number): Missing | undefined {
  if ((((words[pc + 7] as number) >> (LEVELS + level)) & 1) === 0) return missing
  rewindTo(begin)
  if (missing === FAILED) report?.takeBackLost(lost)
  writeNull()
  return undefined
}

/** Writes a null of a fetch's answer, where the client may see one. */
function writeNullAt(fetch: number, position: number): undefined {
  const [explained] = losses === undefined ? [] : losses.nullsIn(fetch, position, position + 1)
  if (explained) losses?.tell(explained.failure, pathForClient())
  writeNull()
}

const literalText = (begin: number, length: number): string =>
  Buffer.from(literals.buffer, literals.byteOffset + begin, length).toString()

function pathForClient(): (string | number)[] {
  if (!path) throw SURPRISE
  return path.map((step) => (step < 0 ? literalText(words[5 - step] as number, words[6 - step] as number) : step))
}

/** Reports a denied field, and returns whether it is nullable. @param pc of the `DENY` */
function mayDeny(pc: number): boolean {
  if (report !== undefined && !report.isFull) {
    const place = pathForClient()
    if (words[pc + 3] !== 0) place.push(literalText(words[pc + 2] as number, words[pc + 3] as number))
    report.add(from.denials[words[pc + 1] as number] as GraphQLError, place)
  }
  return words[pc + 4] !== 0
}

/**
 * Reports the fields of a missing object. @param pc of its `ENTER` @param nullAt position of its
 * null in the answer
 */
function loseFields(pc: number, joined: number, nullAt: number): Missing | undefined {
  const length = words[pc + 6] as number
  if (words[pc + 5] === NOT_NULL || (joined === 0 && length < 0)) throw SURPRISE
  const fetch = words[pc + 2] as number
  const failure = joined === 0 ? ABSENT : (losses?.failureOf(fetch, joined, nullAt) ?? ABSENT)
  if (failure === ABSENT) return length < 0 ? FAILED : undefined
  const place = pathForClient()
  const text = literalText(words[pc + 5] as number, Math.abs(length))
  const fields = JSON.parse(`{${text.startsWith(',') ? text.slice(1) : text}}`) as Record<string, unknown>
  let missing: Missing | undefined
  for (const key in fields) {
    if (typeof fields[key] === 'string') continue
    place.push(key)
    const lost = losses?.tellField(fetch, failure, place)
    place.pop()
    if (fields[key] === null) continue
    if (lost === FAILED) return FAILED
    missing = TAKEN_ALONG
  }
  return missing
}

/**
 * Reports the nulls in copied bytes. Members have their names in them; a single value was named
 * before.
 */
function tellOfCopied(bytes: DataView, begin: number, end: number): void {
  const nulls = losses?.nullsIn(from.answers.indexOf(bytes), begin, end) ?? []
  if (nulls.length === 0) return
  const place = pathForClient()
  const isMembers = bytes.getUint8(begin) === QUOTE
  const name = isMembers ? [] : [out.toString('utf8', out.lastIndexOf(QUOTE, at - 3) + 1, at - 2)]
  for (const explained of nulls) losses?.tellCopied(explained, begin, [...place, ...name], isMembers)
}

/** The address of the code for objects of a type; 0 if there is none. */
export function findCode({ words: code }: Code, table: number, type: number): number {
  for (let left = code[table] as number, entry = table + 1; left > 0; left--, entry += 2)
    if (code[entry] === type) return code[entry + 1] as number
  return 0
}

function codeFor(table: number, type: number): number {
  const code = findCode(from.code, table, type)
  if (code === 0) throw SURPRISE
  return code
}

/**
 * The address of the code of an object whose type another source knows. @param pc of the `RETYPE`
 */
function retyped(pc: number, tape: Int32Array, record: number): number {
  const joined = tape[record + (words[pc + 1] as number)] as number
  const type = joined === 0 ? 0 : ((arenas[words[pc + 2] as number] as Int32Array)[joined] as number)
  return codeFor(words[pc + 3] as number, type)
}

const NULL = Buffer.from('null')
export const writeNull = (): void => writeBytes(NULL)
