/**
 * Parses the head of a plain `POST /graphql`, so strictly that every HTTP/1.1 parser (RFC 9112)
 * would read it in the same way. Anything it does not know in full is left to Node's parser.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isFieldName, isFieldValue, skipBlanks } from '../message/fields.ts'

export interface RequestHead {
  readonly headers: Readonly<IncomingHttpHeaders>
  /** Bytes of the body. */
  readonly length: number
  /** Where the body begins. */
  readonly end: number
  /** The client sent `connection: close`. */
  readonly isLast: boolean
}

/** Bytes; the limit of Node's parser. */
const MAX_HEAD = 16 * 1024
const MAX_LINES = 64 // header lines
const START = 'POST /graphql HTTP/1.1\r\n'
const END = '\r\n\r\n'
const LENGTH = /^\d{1,9}$/
/** Headers that change the framing, the connection or the body's encoding. */
const FOR_NODE: ReadonlySet<string> = new Set([
  'content-encoding',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  '__proto__',
])

interface Line {
  /** Including the line end. */
  readonly text: string
  readonly name: string
  readonly value: string
}

/**
 * Parses the heads of one connection. They differ in a line or two at most, so each is compared
 * with its predecessor as a whole, then line by line. Keeps nothing of a body.
 * @returns a function of the buffer and its length that returns the head; `undefined` for one that
 * it does not know in full
 */
export function createHeadReader(): (buffer: Buffer, length: number) => RequestHead | undefined {
  let lines: Line[] = []
  let before: { readonly text: string; readonly head: RequestHead } | undefined
  return (buffer, length) => {
    // A head ends at its first empty line, so input that begins with the same text has the same
    // head.
    if (before && before.head.end <= length && buffer.toString('latin1', 0, before.head.end) === before.text)
      return before.head
    const end = buffer.indexOf(END, 0, 'latin1') + END.length
    if (end < END.length || end > length || end > MAX_HEAD) return undefined
    const text = buffer.toString('latin1', 0, end)
    if (!text.startsWith(START)) return undefined
    let count = 0
    for (let at = START.length; at < end - 2; count += 1) {
      let line = lines[count]
      if (line === undefined || !text.startsWith(line.text, at)) {
        line = readLine(text, at)
        if (line === undefined || count === MAX_LINES) return undefined
        lines[count] = line
      }
      at += line.text.length
    }
    lines = lines.slice(0, count)
    const head = headOf(lines, end)
    before = head && { text, head }
    return head
  }
}

function readLine(text: string, at: number): Line | undefined {
  const colon = text.indexOf(':', at)
  const end = text.indexOf('\r\n', at)
  if (colon < 0 || colon > end) return undefined
  const name = text.slice(at, colon)
  const value = text.slice(skipBlanks(text, colon + 1), end)
  if (!isFieldName(name) || !isFieldValue(value)) return undefined
  // Trailing blanks do not belong to a value; they are rare, so Node's parser strips them.
  if (value.endsWith(' ') || value.endsWith('\t')) return undefined
  return { text: copyOf(text.slice(at, end + 2)), name: copyOf(name).toLowerCase(), value: copyOf(value) }
}

/** A substring keeps its whole source text in memory, and lines live as long as the connection. */
const copyOf = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')

function headOf(lines: readonly Line[], end: number): RequestHead | undefined {
  const headers: Record<string, string> = {}
  for (const { name, value } of lines) {
    // Whether repeated headers are joined, or one of them counts, depends on the name.
    if (FOR_NODE.has(name) || Object.hasOwn(headers, name)) return undefined
    headers[name] = value
  }
  const { host, connection, 'content-length': length } = headers
  if (host === undefined || length === undefined || !LENGTH.test(length)) return undefined
  const isLast = connection?.toLowerCase() === 'close'
  if (connection !== undefined && !isLast && connection.toLowerCase() !== 'keep-alive') return undefined
  return { headers, length: Number(length), end, isLast }
}
