/**
 * Writes the request of a fetch of entities: each distinct representation once. Records which
 * answer belongs to which object.
 */

import { SURPRISE } from '../../../platform/data/json-bytes.ts'
import { RETYPE } from './code.ts'
import type { FlatFetch, FlatOperation, Target } from './compile.ts'
import type { Tapes } from './tapes.ts'
import { findCode, hashFrom, isWrittenAt, rewindTo, writeByte, writeObject, writtenLength } from './write.ts'

const COMMA = 0x2c

interface Representations {
  /** Begin and end of each representation in the written bytes, alternating. */
  readonly spans: Int32Array
  /** The code that reads the answer to each representation. */
  readonly asked: Int32Array
}

/** Secret, so that nobody can choose texts whose hashes collide. */
const SEED = (Math.random() * 2 ** 32) | 0
const MOST_PROBES = 32 // beyond, a text is sent twice: collisions must not take long

const MAX_KEPT = 64 * 1024 // numbers in the table; a larger table is released

/** Numbers of texts, from 1, by their hash; cleared before each use. */
let table = new Int32Array(0)
let mask = 0
/** Hashes of texts, by their numbers. */
let hashes = new Int32Array(0)
/**
 * The fields of `Representations` for the writing in progress. Growing lists would be copied often.
 */
let spans = new Int32Array(0)
let asked = new Int32Array(0)
let count = 0

/** Appends the representations of a fetch to the written bytes. @throws SURPRISE */
export function writeRepresentations(
  operation: FlatOperation,
  { targets, words, asked: variants }: FlatFetch,
  tapes: Tapes,
): Representations {
  makeRoom(targets, tapes)
  for (const target of targets) {
    const tape = tapes.arenas[target.arena] as Int32Array
    const top = tapes.tops[target.arena] as number
    for (let record = target.words; record < top; record += target.words) {
      const type = typeOf(operation, target, tapes, record)
      const code = type === 0 ? 0 : findCode(operation.code, target.table, tape[record] as number)
      if (code === 0) continue
      if (count > 0) writeByte(COMMA)
      const begin = writtenLength()
      writeObject(code, target.arena, record, target.fetch)
      const known = numberOf(begin)
      if (known > 0) rewindTo(count > 0 ? begin - 1 : begin)
      else {
        spans[2 * count] = begin
        spans[2 * count + 1] = writtenLength()
        asked[count] = findCode(operation.code, variants, type)
        count += 1
      }
      // Answers come in the order of the request, in an arena of their own.
      tape[record + target.join] = (known > 0 ? known : count) * words
    }
  }
  return { spans: spans.slice(0, 2 * count), asked: asked.slice(0, count) }
}

/** The number of an object's type; 0 for a type that is not requested. */
function typeOf({ code }: FlatOperation, { arena, table: types }: Target, tapes: Tapes, record: number): number {
  const tape = tapes.arenas[arena] as Int32Array
  const type = tape[record] as number
  const at = type === 0 ? 0 : findCode(code, types, type)
  if (at === 0 || code.words[at] !== RETYPE) return at === 0 ? 0 : type
  const joined = tape[record + (code.words[at + 1] as number)] as number
  if (joined === 0) throw SURPRISE
  const known = (tapes.arenas[code.words[at + 2] as number] as Int32Array)[joined] as number
  if (known <= 0) throw SURPRISE
  return findCode(code, code.words[at + 3] as number, known) === 0 ? 0 : known
}

/** The number of a text that was written before; 0 for a new one, which gets the next number. */
function numberOf(begin: number): number {
  const hash = hashFrom(begin, SEED)
  let slot = hash & mask
  for (let probes = 0; probes < MOST_PROBES; probes++) {
    const number = table[slot] as number
    if (number === 0) {
      table[slot] = count + 1
      hashes[count + 1] = hash
      return 0
    }
    const span = 2 * number - 2
    // Most texts differ only near their ends, so comparing bytes would take long.
    if (hashes[number] === hash && isWrittenAt(begin, spans[span] as number, spans[span + 1] as number)) return number
    slot = (slot + 1) & mask
  }
  return 0
}

function makeRoom(targets: readonly Target[], { tops }: Tapes): void {
  const most = targets.reduce((sum, { arena, words }) => sum + (tops[arena] as number) / words, 0)
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, 2 * most)))
  if (table.length < size || table.length > MAX_KEPT) {
    table = new Int32Array(size)
    hashes = new Int32Array(size)
    spans = new Int32Array(size)
    asked = new Int32Array(size / 2)
  } else table.fill(0, 0, size)
  mask = size - 1
  count = 0
}
