/**
 * The instructions of a compiled operation, as words of one table: how answers are read
 * (`scan.ts`), and how requests and the client's answer are written (`write.ts`). A table takes a
 * tenth of the memory of objects or closures, and V8 compiles its interpreter once for all
 * operations.
 */
import { Unsupported } from './unsupported.ts'

// Kinds of values, in the low bits of a field's word.
export const ANY = 0
/** The opening quote is part of the key's literal. */
export const TEXT = 1
export const STRING = 2
export const INT = 3
export const FLOAT = 4
export const BOOLEAN = 5
export const ID = 6
/** Followed by the address of the names. */
export const ENUM = 7
/** Followed by the lists around the objects and the address of their shape. */
export const OBJECTS = 8
/** Followed by the lists around the leaf, its kind, and the address of its names. */
export const LIST = 9
/** The literal is the whole value. */
export const CONSTANT = 10
export const KIND = 15
export const NULLABLE = 16
/** The slots of a field, after its literal: for its key, its value, and its end. */
export const KEY_SLOT = 32
export const VALUE_SLOT = 64
export const END_SLOT = 128

/** Lists around objects that the client does not see: at most one, with nulls anywhere. */
export const UNKNOWN_LISTS = -1
/** The low bits count the lists; above them is a bit for each nullable level. */
export const DEPTH = 15
export const LEVELS = 4

/** How the type of a shape's objects is recognized. */
export const ONE = 0
export const BY_TYPENAME = 1
export const AS_ASKED = 2

// Instructions of the writer.
export const END = 0
/** begin, length: bytes of the literals. */
export const PUT = 1
/** begin slot, end slot: bytes of the answer. */
export const COPY = 2
/**
 * join slot, fetch, arena, number of the type that the object must name (0: none), begin and length
 * of the literal for a missing object, words to skip then. If one of its fields is not nullable,
 * the length is negative, and the literal has `0` for it.
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
/** value slot, end slot: a value that, if null, another answer may supply. */
export const COPY_KNOWN = 8
/**
 * Instead of an object's code: join slot and arena of the source that knows its type, table of code
 * by type.
 */
export const RETYPE = 7
/**
 * number of a denial, begin and length of the field's name (none: the object itself), 1 if it is
 * nullable; the null is written elsewhere.
 */
export const DENY = 9

/** Instead of a literal, if a missing object is a surprise. */
export const NOT_NULL = -1

export interface Code {
  readonly words: Int32Array
  readonly literals: DataView
}

/** Bounds the code: nested abstract types with many implementations multiply. */
const MAX_WORDS = 64 * 1024

/** Assembles code. A position never changes once it is given out. */
export class Assembler {
  readonly #words: number[] = [0] // 0 is no address
  readonly #literals = new Map<string, number>()
  #text = ''
  #bytes = 0
  readonly #types = new Map<string, number>()

  /** Appends words and returns their address. @throws Unsupported if there are too many */
  add(words: readonly number[]): number {
    const at = this.#words.length
    if (at + words.length > MAX_WORDS) throw new Unsupported('too much code', true)
    for (const word of words) this.#words.push(word)
    return at
  }

  /** Adds a literal; returns its begin and length. */
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

  /** Numbers from 1: 0 marks the record of a missing object. */
  typeNumber(name: string): number {
    let number = this.#types.get(name)
    if (number === undefined) {
      number = this.#types.size + 1
      this.#types.set(name, number)
    }
    return number
  }

  /** Words and literals share one buffer: two would cost twice as much. */
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
 * A text for comparison four bytes at a time: its length, its whole words, and its last four bytes,
 * which may overlap the last word. At least four bytes.
 */
export function comparable(text: string): number[] {
  const bytes = Buffer.from(text)
  if (bytes.length < 4) throw new Error('The text is too short to be compared by words.')
  const words: number[] = [bytes.length]
  for (let at = 0; at + 4 < bytes.length; at += 4) words.push(bytes.readInt32LE(at))
  words.push(bytes.readInt32LE(bytes.length - 4))
  return words
}
