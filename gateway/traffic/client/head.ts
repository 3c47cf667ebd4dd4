/**
 * Reads the head of an HTTP/1.1 answer (RFC 9112), strictly: refuses anything ambiguous, because
 * two readers must never disagree on where an answer ends.
 */
import { isFieldName } from '../../../platform/http/message/fields.ts'
import { CALL_HEADER } from '../../../platform/protocol/signature.ts'
import { WRITER_HEADER } from '../../../platform/protocol/writer.ts'
import { CallFailure } from '../call/failure.ts'

export interface AnswerHead {
  readonly status: number
  /** How the body is delimited; a number is its length in bytes. */
  readonly framing: number | 'chunked' | 'until the end'
  /** Milliseconds for which the connection may be used again; 0 if it may not. */
  readonly reusable: number
  /** The headers in `READ`, by name; repeated ones are joined by commas. */
  readonly fields: ReadonlyMap<string, string>
  readonly text: string
  /** The call that it says it answers; `undefined` if it does not say. */
  readonly callId: string | undefined
}

/** The end of a head, and its maximum length in bytes. */
const HEAD_END = '\r\n\r\n'
const MAX_HEAD = 16 * 1024

/** The headers that are used. */
const READ: ReadonlySet<string> = new Set([
  'age',
  'cache-control',
  'set-cookie',
  'cache-tag',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'keep-alive',
  'retry-after',
  'transfer-encoding',
  CALL_HEADER,
  WRITER_HEADER,
  'vary',
])

const STATUS = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/
/** Bare line ends, and other characters that make two readers disagree. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\0\x0b\x0c]|\r(?!\n)|(?<!\r)\n/
const LONGEST_IDLE = 30_000 // milliseconds; below the 65 s after which our own services close
const HASTE = 1_000 // milliseconds before a service closes, so that no request meets the end of its connection

/** Recently read heads: those of one service within a second differ only in lengths. */
const known = new Map<string, AnswerHead>()
const KNOWN = 256 // heads

/** The only line that is unique to a head. */
const CALL_LINE = `\r\n${CALL_HEADER}: `
const CALL_ID = /^[\w-]+$/

/**
 * Assembles heads from pieces: returns each complete head, with the bytes that follow it.
 * @throws CallFailure of kind `answer`
 */
export function createHeadReader(): (piece: Buffer) => { head: AnswerHead; rest: Buffer } | undefined {
  /** The beginning of an incomplete head. */
  let begun: Buffer | undefined
  return (piece) => {
    const all = begun ? Buffer.concat([begun, piece]) : piece
    const end = all.indexOf(HEAD_END, 0, 'latin1')
    if (end > MAX_HEAD || (end < 0 && all.length > MAX_HEAD)) throw malformed('a head that is too long')
    // The buffer of the piece is soon reused.
    begun = end < 0 ? Buffer.from(all) : undefined
    if (end < 0) return undefined
    const head = readHead(all.toString('latin1', 0, end))
    if (head.status === 101) throw malformed('another protocol')
    return { head, rest: all.subarray(end + HEAD_END.length) }
  }
}

/** @param text without the empty line at its end @throws CallFailure of kind `answer` */
export function readHead(text: string): AnswerHead {
  const start = text.indexOf(CALL_LINE)
  if (start < 0) return readKnown(text)
  const end = text.indexOf('\r\n', start + CALL_LINE.length)
  const callId = text.slice(start + CALL_LINE.length, end < 0 ? text.length : end)
  const head = readKnown(text.slice(0, start) + (end < 0 ? '' : text.slice(end)))
  if (head.callId !== undefined || !CALL_ID.test(callId)) throw malformed('no single call that it answers')
  return { ...head, callId }
}

function readKnown(text: string): AnswerHead {
  let head = known.get(text)
  if (head) return head
  head = parseHead(text)
  if (known.size === KNOWN) known.clear()
  known.set(text, head)
  return head
}

function parseHead(text: string): AnswerHead {
  if (FORBIDDEN.test(text)) throw malformed('a control character in its head')
  const [first = '', ...lines] = text.split('\r\n')
  const [, version, code] = STATUS.exec(first) ?? []
  if (version === undefined) throw malformed('no status line')
  const fields = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase()
    if (!isFieldName(name)) throw malformed('a line that is no header')
    if (!READ.has(name)) continue
    const value = line.slice(colon + 1).trim()
    const before = fields.get(name)
    fields.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  const status = Number(code)
  const framing = framingOf(status, fields)
  const closes = version === '0' || framing === 'until the end' || /\bclose\b/i.test(fields.get('connection') ?? '')
  return { status, framing, reusable: closes ? 0 : idleOf(fields), fields, text, callId: fields.get(CALL_HEADER) }
}

function framingOf(status: number, fields: ReadonlyMap<string, string>): AnswerHead['framing'] {
  const length = fields.get('content-length')
  const encoding = fields.get('transfer-encoding')
  if (length !== undefined && encoding !== undefined) throw malformed('two ways to tell its length')
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw malformed('a length that is no number')
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') throw malformed('an unknown transfer encoding')
  if (status < 200 || status === 204 || status === 304) return 0
  if (length !== undefined) return Number(length)
  return encoding === undefined ? 'until the end' : 'chunked'
}

/** A service may announce how long it waits for the next request. */
function idleOf(fields: ReadonlyMap<string, string>): number {
  const seconds = /\btimeout=(\d{1,6})\b/i.exec(fields.get('keep-alive') ?? '')?.[1]
  return seconds === undefined ? LONGEST_IDLE : Math.max(0, Math.min(Number(seconds) * 1000 - HASTE, LONGEST_IDLE))
}

export const malformed = (what: string): CallFailure => new CallFailure('answer', `the answer has ${what}`)
