/**
 * Writes objects by the code of `compile-writing.ts`: bytes of answers and literals, one behind the
 * other, into one buffer. One writing at a time, from beginning to end.
 */
import type { GraphQLError } from 'graphql'
import { MAX_ERRORS } from '../answer/answer.ts'
import { errorAt } from '../answer/failure.ts'
import { TOO_LARGE } from '../answer/limit.ts'
import { COPY, COPY_KNOWN, type Code, EACH, END, ENTER, INTROSPECT, LEAVE, NOT_NULL, PUT, RETYPE } from './code.ts'
import { SURPRISE } from './json.ts'
import { LIST_WORDS, LISTS, NO_OBJECT, ONE_OBJECT } from './scan.ts'
import type { Tapes } from './tapes.ts'

/** What is written from. */
export interface Written {
  readonly code: Code
  readonly tapes: Tapes
  /** By fetch. */
  readonly answers: readonly (DataView | undefined)[]
  /** Where the code says how long a record of each arena is. */
  readonly recordWords: number
  /** Answers the introspection fields, by their numbers. */
  readonly introspect: (number: number) => string
  /** Why a fetch has no answer, by fetch. */
  readonly failures: readonly (GraphQLError | undefined)[]
}

const FIRST_ROOM = 64 * 1024 // bytes
const MAX_KEPT_ROOM = 4 * 1024 * 1024 // bytes of what stays between writings
const POOLED = 2 * 1024 // bytes of what is written that may share memory with what is as short-lived
const BY_HAND = 256 // bytes that a loop copies faster than a call does

let out: Buffer = Buffer.allocUnsafeSlow(FIRST_ROOM)
let view = new DataView(out.buffer)
let at = 0
let most = 0
let words: Int32Array
let literals: DataView
let arenas: Int32Array[]
let from: Written
/** To the object that is written; only where a call failed and errors have to name places. */
let path: (string | number)[] | undefined
let errors: GraphQLError[] = []

/** @param limit bytes; beyond, writing throws `TOO_LARGE` */
export function beginWriting(written: Written, limit: number): void {
  from = written
  words = written.code.words
  literals = written.code.literals
  arenas = written.tapes.arenas
  path = written.failures.length > 0 ? [] : undefined
  errors = []
  at = 0
  most = limit
}

/** A copy of what was written. */
export function finishWriting(): Buffer {
  if (at > most) throw TOO_LARGE
  const whole = at > POOLED ? Buffer.allocUnsafeSlow(at) : Buffer.allocUnsafe(at)
  out.copy(whole, 0, 0, at)
  if (out.length > MAX_KEPT_ROOM) takeRoom(Buffer.allocUnsafeSlow(FIRST_ROOM))
  return whole
}

/** Of the fields that a failed call cost. */
export const errorsOfWriting = (): readonly GraphQLError[] => errors

/** Bytes written so far. */
export const writtenLength = (): number => at

/** Takes back what was written behind a point. */
export function rewindTo(length: number): void {
  at = length
}

/** Of what was written from a point on. */
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

/** Whether what was written from a point on was written before, between two others. */
export function isWrittenAt(begin: number, earlier: number, earlierEnd: number): boolean {
  if (at - begin !== earlierEnd - earlier) return false
  for (let one = begin, other = earlier; one < at; one++, other++) if (out[one] !== out[other]) return false
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
  if (at + length > out.length) makeRoom(length)
  if (length > BY_HAND) out.set(new Uint8Array(source.buffer, source.byteOffset + begin, length), at)
  else if (length >= 8) {
    const last = length - 8
    for (let index = 0; index < last; index += 8)
      view.setFloat64(at + index, source.getFloat64(begin + index, true), true)
    view.setFloat64(at + last, source.getFloat64(begin + last, true), true)
  } else for (let index = 0; index < length; index++) out[at + index] = source.getUint8(begin + index)
  at += length
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
 * Writes one object.
 * @param code where its code is
 * @param arena of its record @param record its address
 * @throws SURPRISE
 */
export function writeObject(code: number, arena: number, record: number, fetch: number): void {
  let pc = code
  const { answers } = from
  const firstTape = arenas[arena] as Int32Array
  let tape = firstTape
  let base = record
  // The root itself is of no fetch. A look at a negative index would make every other one slow.
  const own = fetch < 0 ? literals : (answers[fetch] as DataView)
  let bytes = own
  for (;;) {
    switch (words[pc]) {
      case PUT:
        put(literals, words[pc + 1] as number, words[pc + 2] as number)
        pc += 3
        break
      case COPY: {
        const begin = tape[base + (words[pc + 1] as number)] as number
        put(bytes, begin, (tape[base + (words[pc + 2] as number)] as number) - begin)
        pc += 3
        break
      }
      case COPY_KNOWN: {
        const begin = tape[base + (words[pc + 1] as number)] as number
        if (bytes.getUint8(begin) === LETTER_N) throw SURPRISE
        put(bytes, begin, (tape[base + (words[pc + 2] as number)] as number) - begin)
        pc += 3
        break
      }
      case ENTER: {
        const joined = firstTape[record + (words[pc + 1] as number)] as number
        tape = arenas[words[pc + 3] as number] as Int32Array
        const answer = answers[words[pc + 2] as number]
        if (joined !== 0 && answer && tape[joined] !== 0) {
          if (words[pc + 4] !== 0 && words[pc + 4] !== tape[joined]) throw SURPRISE
          base = joined
          bytes = answer
          pc += 8
          break
        }
        if (words[pc + 5] === NOT_NULL) throw SURPRISE
        if (joined !== 0 && path) reportLost(pc, path)
        put(literals, words[pc + 5] as number, words[pc + 6] as number)
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
        path?.push(literalText(words[pc + 5] as number, words[pc + 6] as number))
        writeLinked(pc, tape[link] as number, tape[link + 1] as number)
        path?.pop()
        pc += 7
        break
      }
      case INTROSPECT:
        writeText(from.introspect(words[pc + 1] as number))
        pc += 2
        break
      case RETYPE: {
        const joined = firstTape[record + (words[pc + 1] as number)] as number
        const type = joined === 0 ? 0 : ((arenas[words[pc + 2] as number] as Int32Array)[joined] as number)
        pc = codeFor(words[pc + 3] as number, type)
        break
      }
      case END:
        return
      default:
        throw SURPRISE
    }
  }
}

/** What a link leads to. @param pc of the `EACH` */
function writeLinked(pc: number, first: number, count: number): void {
  const fetch = words[pc + 2] as number
  const arena = words[pc + 3] as number
  const table = words[pc + 4] as number
  if (count === NO_OBJECT) writeNull()
  else if (count === ONE_OBJECT) writeTyped(table, arena, first, fetch)
  else if (first < 0) {
    const lists = arenas[LISTS] as Int32Array
    writeByte(OPEN_BRACKET)
    for (let index = 0; index < count; index++) {
      if (index > 0) writeByte(COMMA)
      const list = -first + index * LIST_WORDS
      path?.push(index)
      writeLinked(pc, lists[list] as number, lists[list + 1] as number)
      path?.pop()
    }
    writeByte(CLOSE_BRACKET)
  } else {
    const size = words[from.recordWords + arena] as number
    writeByte(OPEN_BRACKET)
    for (let index = 0, record = first; index < count; index++, record += size) {
      if (index > 0) writeByte(COMMA)
      path?.push(index)
      writeTyped(table, arena, record, fetch)
      path?.pop()
    }
    writeByte(CLOSE_BRACKET)
  }
}

function writeTyped(table: number, arena: number, record: number, fetch: number): void {
  const type = (arenas[arena] as Int32Array)[record] as number
  if (type === 0) writeNull()
  else writeObject(codeFor(table, type), arena, record, fetch)
}

const literalText = (begin: number, length: number): string =>
  Buffer.from(literals.buffer, literals.byteOffset + begin, length).toString()

/**
 * Tells of each field that a failed call cost. @param pc of the `ENTER` whose object is not there
 */
function reportLost(pc: number, place: readonly (string | number)[]): void {
  const failure = from.failures[words[pc + 2] as number]
  if (!failure) return
  const text = literalText(words[pc + 5] as number, words[pc + 6] as number)
  const lost = JSON.parse(`{${text.startsWith(',') ? text.slice(1) : text}}`) as Record<string, unknown>
  for (const key in lost)
    if (lost[key] === null && errors.length < MAX_ERRORS) errors.push(errorAt(failure, [...place, key]))
}

/** The code for objects of a type; 0 where there is none. */
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

const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COMMA = 0x2c
const LETTER_N = 0x6e

const NULL = Buffer.from('null')
const writeNull = (): void => writeBytes(NULL)
