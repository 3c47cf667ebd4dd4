/**
 * The instructions that a compiled operation is made of, as words of one table: how its answers
 * are read (`scan.ts`) and how requests and its own answer are written (`write.ts`). Tables
 * instead of objects or closures: a tenth of the memory, and one function that runs them all, which
 * is compiled once for all operations.
 */
import { Unsupported } from './unsupported.ts'

// Kinds of values, in the low bits of a field's word.
export const ANY = 0
/** Its opening quote is part of the key's literal. */
export const TEXT = 1
export const STRING = 2
export const INT = 3
export const FLOAT = 4
export const BOOLEAN = 5
export const ID = 6
/** Followed by where the names are. */
export const ENUM = 7
/** Followed by the lists around the objects, and by where their shape is. */
export const OBJECTS = 8
/** Followed by the lists around the leaf, its kind, and where its names are. */
export const LIST = 9
/** The literal says all of it. */
export const CONSTANT = 10
export const KIND = 15
export const NULLABLE = 16
/** The slots that the field has, behind its literal: of its key, its value, and its end. */
export const KEY_SLOT = 32
export const VALUE_SLOT = 64
export const END_SLOT = 128

/** The lists around objects of which the client sees nothing: at most one, with nulls anywhere. */
export const UNKNOWN_LISTS = -1
/** How many lists, in the low bits; above them a bit for each level that may be null. */
export const DEPTH = 15
export const LEVELS = 4

/** How a shape's objects are recognized. */
export const ONE = 0
export const BY_TYPENAME = 1
export const AS_ASKED = 2

// What a writer does next.
export const END = 0
/** begin, length: bytes of the literals. */
export const PUT = 1
/** begin slot, end slot: bytes of the answer. */
export const COPY = 2
/**
 * join slot, fetch, arena, number of the type that the object has to say (0: it says none), begin
 * and length of a literal for an object that is not there, words to skip then. Where one of its
 * fields may not be null the length is negative, and the literal has `0` for it.
 */
export const ENTER = 3
/** Back to the first source. */
export const LEAVE = 4
/**
 * link slot, fetch, arena, table of code by type, begin and length of the field's name, the lists
 * around the objects.
 */
export const EACH = 5
/** number of an introspection field. */
export const INTROSPECT = 6
/** value slot, end slot: a value that another answer may know better if it is null. */
export const COPY_KNOWN = 8
/**
 * In place of an object's code: join slot and arena of the source that knows its type, table of
 * code by type.
 */
export const RETYPE = 7
/**
 * number of a denial, begin and length of the field's name (none: the object itself), 1 where it
 * may be null, which is written elsewhere.
 */
export const DENY = 9

/** What stands for a literal where an absent object is a surprise. */
export const NOT_NULL = -1

export interface Code {
  readonly words: Int32Array
  readonly literals: DataView
}

/** Types inside types, each with many implementations, would multiply. */
const MAX_WORDS = 64 * 1024

/** Puts code together. Positions never change once they are given. */
export class Assembler {
  readonly #words: number[] = [0] // 0 is nowhere
  readonly #literals = new Map<string, number>()
  #text = ''
  #bytes = 0
  readonly #types = new Map<string, number>()

  /** Appends words and returns where they begin. @throws Unsupported where it becomes too much */
  add(words: readonly number[]): number {
    const at = this.#words.length
    if (at + words.length > MAX_WORDS) throw new Unsupported('too much code', true)
    for (const word of words) this.#words.push(word)
    return at
  }

  /** Begin and length of a text among the literals. */
  literal(text: string): readonly [number, number] {
    const length = Buffer.byteLength(text)
    let at = this.#literals.get(text)
    if (at === undefined) {
      at = this.#bytes
      this.#literals.set(text, at)
      this.#text += text
      this.#bytes += length
    }
    return [at, length]
  }

  /** Numbers from 1: 0 marks the record of an object that is not there. */
  typeNumber(name: string): number {
    let number = this.#types.get(name)
    if (number === undefined) {
      number = this.#types.size + 1
      this.#types.set(name, number)
    }
    return number
  }

  /** Words and literals share their memory: two buffers would cost as much again. */
  finish(): Code {
    const literals = Buffer.from(this.#text)
    const end = this.#words.length * Int32Array.BYTES_PER_ELEMENT
    const buffer = new ArrayBuffer(end + literals.length)
    new Uint8Array(buffer).set(literals, end)
    const words = new Int32Array(buffer, 0, this.#words.length)
    words.set(this.#words)
    return { words, literals: new DataView(buffer, end) }
  }
}

/**
 * A text to be compared four bytes at a time: its length, its whole words, and its last four bytes,
 * which may overlap the last word. Four bytes at least.
 */
export function comparable(text: string): number[] {
  const bytes = Buffer.from(text)
  if (bytes.length < 4) throw new Error('The text is too short to be compared by words.')
  const words: number[] = [bytes.length]
  for (let at = 0; at + 4 < bytes.length; at += 4) words.push(bytes.readInt32LE(at))
  words.push(bytes.readInt32LE(bytes.length - 4))
  return words
}
