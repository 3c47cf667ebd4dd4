/**
 * Assembles the body of an HTTP/1.1 answer from pieces, never over its limit, and never a byte past
 * its end. It has functions instead of getters: V8 gives each object with a getter its own hidden
 * class, which outlives the object.
 */
import { createGrowingBuffer } from '../../../platform/memory/growing-buffer.ts'
import { type Loan, lend } from '../../../platform/memory/loans.ts'
import { CallFailure } from '../call/failure.ts'
import type { AnswerHead } from './head.ts'
import { malformed } from './head.ts'

export interface Body {
  /**
   * Takes the next piece, and copies or reads what it needs before it returns. Returns how many
   * bytes of the piece belong to the body. @throws CallFailure of kind `answer` or `size`
   */
  take(piece: Buffer): number
  /** True once it is complete; never true for a body that ends with the connection. */
  isWhole(): boolean
  /** The complete body without its framing. Never changes. */
  content(): Buffer
  /** The loan of the memory of `content`, if it is lent. */
  loan(): Loan | undefined
}

/** Receives the pieces of a body of unknown length. */
export interface Sink {
  /** @param piece valid until this returns */
  add(piece: Buffer): void
  content(): Buffer
}

export const MAX_BODY = 16 * 1024 * 1024 // bytes
const MAX_LINES = 16 * 1024 // bytes of a chunk's first line, or of all trailers

export const NOTHING: Buffer = Buffer.alloc(0)
const notLent = (): undefined => undefined

/** For an answer whose connection is closed after its head. */
export const NO_BODY: Body = {
  take: (piece) => piece.length,
  isWhole: () => true,
  content: () => NOTHING,
  loan: notLent,
}

interface BodyOptions {
  /** Receives the pieces of a body of unknown length; by default they are kept. */
  readonly sink?: Sink
  /** Whether a body of known length may use lent memory. */
  readonly mayBeLent?: boolean
  /** Maximum bytes. */
  readonly most?: number
}

export function openBody(
  framing: AnswerHead['framing'],
  { sink, mayBeLent = false, most = MAX_BODY }: BodyOptions = {},
): Body {
  if (typeof framing === 'number') {
    if (framing > most) throw tooLarge(most)
    return measuredBody(framing, mayBeLent)
  }
  const kept = sink ?? createKept(most)
  return framing === 'chunked' ? chunkedBody(kept, sink ? Number.POSITIVE_INFINITY : most) : endlessBody(kept)
}

function measuredBody(length: number, mayBeLent: boolean): Body {
  let bytes = 0
  let whole = NOTHING
  let loan: Loan | undefined
  return {
    take(piece) {
      const taken = Math.min(length - bytes, piece.length)
      if (taken > 0) {
        // Not from Node's pool: a kept slice would keep the whole pool.
        if (bytes === 0) {
          loan = mayBeLent ? lend(length) : undefined
          whole = loan?.bytes ?? Buffer.allocUnsafeSlow(length)
        }
        piece.copy(whole, bytes, 0, taken)
      }
      bytes += taken
      return taken
    },
    isWhole: () => bytes === length,
    content: () => whole,
    loan: () => loan,
  }
}

function endlessBody(kept: Sink): Body {
  return {
    take(piece) {
      kept.add(piece)
      return piece.length
    },
    isWhole: () => false,
    content: kept.content,
    loan: notLent,
  }
}

/** RFC 9112, section 7.1. @param most bytes; a chunk beyond them is refused by its size alone */
function chunkedBody(kept: Sink, most: number): Body {
  let part: 'size' | 'data' | 'end of data' | 'trailers' | 'whole' = 'size'
  let bytes = 0
  let left = 0
  let line = ''
  let trailers = 0
  const readLine = (text: string): void => {
    if (part === 'size') {
      const [, size] = /^([\da-f]{1,8})(?:[ \t]*;.*)?$/i.exec(text) ?? []
      if (size === undefined) throw malformed('a chunk without a size')
      left = Number.parseInt(size, 16)
      bytes += left
      if (bytes > most) throw tooLarge(most)
      part = left === 0 ? 'trailers' : 'data'
    } else if (part === 'end of data') {
      if (text !== '') throw malformed('a chunk of another size than it says')
      part = 'size'
    } else if (text === '') part = 'whole'
  }
  return {
    take(piece) {
      let at = 0
      while (at < piece.length && part !== 'whole') {
        if (part === 'data') {
          const data = piece.subarray(at, at + left)
          kept.add(data)
          at += data.length
          left -= data.length
          if (left === 0) part = 'end of data'
          continue
        }
        const end = piece.indexOf('\n', at) + 1 || piece.length
        line += piece.toString('latin1', at, end)
        if (part === 'trailers') trailers += end - at
        if (line.length > MAX_LINES || trailers > MAX_LINES) throw malformed('a line that is too long')
        at = end
        if (!line.endsWith('\n')) break
        if (!line.endsWith('\r\n')) throw malformed('a line that ends too early')
        readLine(line.slice(0, -2))
        line = ''
      }
      return at
    },
    isWhole: () => part === 'whole',
    content: kept.content,
    loan: notLent,
  }
}

function createKept(most: number): Sink {
  const kept = createGrowingBuffer(most)
  return {
    add(piece: Buffer) {
      if (kept.bytes() + piece.length > most) throw tooLarge(most)
      kept.add(piece)
    },
    content: kept.content,
  }
}

export const tooLarge = (most: number): CallFailure => new CallFailure('size', `the answer has over ${most} bytes`)
