/**
 * Parses the head of a plain POST to a path of operations, so strictly that every HTTP/1.1 parser
 * (RFC 9112) would read it in the same way. Anything it does not know in full is left to Node's
 * parser.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isFieldName, isFieldValue, skipBlanks } from '../message/fields.ts'

type RequestHeaders = Readonly<IncomingHttpHeaders>

export interface RequestHead {
  /** The path that it is sent to. */
  readonly url: string
  readonly headers: RequestHeaders
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
  /** All before the value. */
  readonly start: string
  readonly name: string
  readonly value: string
}

export const GRAPHQL: readonly string[] = ['/graphql']
const startOf = (path: string): string => `POST ${path} HTTP/1.1\r\n`

/**
 * Parses the heads of one connection. They differ in a line or two at most, so each is compared
 * with its predecessor as a whole, then line by line. Keeps nothing of a body.
 * @param paths of operations, at the moment
 * @returns a function of the buffer and its length that returns the head; `undefined` for one that
 * it does not know in full
 */
export function createHeadReader(
  paths: () => readonly string[] = () => GRAPHQL,
): (buffer: Buffer, length: number) => RequestHead | undefined {
  let lines: Line[] = []
  let url = ''
  let start: string | undefined
  let before: { readonly text: string; readonly head: RequestHead } | undefined
  return (buffer, length) => {
    // Most heads of a connection are as long as the one before.
    let text = before && before.head.end <= length ? buffer.toString('latin1', 0, before.head.end) : ''
    // A head ends at its first empty line, so input that begins with the same text has the same
    // head.
    if (before && text === before.text) return before.head
    if (text === '' || text.indexOf(END) + END.length !== text.length) {
      const end = buffer.indexOf(END, 0, 'latin1') + END.length
      if (end < END.length || end > length || end > MAX_HEAD) return undefined
      text = buffer.toString('latin1', 0, end)
    }
    if (start === undefined || !text.startsWith(start)) {
      const path = paths().find((each) => text.startsWith(startOf(each)))
      if (path === undefined) return undefined
      url = path
      start = startOf(path)
    }
    const end = text.length
    let count = 0
    /** Lines with another value than before. */
    const changed: Line[] = []
    let areKnown = true
    const known = before
    before = undefined // the lines are no longer its own
    for (let at = start.length; at < end - 2; count += 1) {
      let line = lines[count]
      if (line === undefined || !text.startsWith(line.text, at)) {
        const read = readLine(buffer, text, at, line)
        if (read === undefined || count === MAX_LINES) return undefined
        areKnown &&= read.name === line?.name
        changed.push(read)
        lines[count] = line = read
      }
      at += line.text.length
    }
    areKnown &&= count === lines.length
    lines = lines.slice(0, count)
    const headers = known && areKnown ? withValues(known.head.headers, changed) : headersOf(lines)
    const head = headers && headOf(url, headers, end)
    before = head && { text, head }
    return head
  }
}

/** @param before the line in this place of the head before: mostly of the same name */
function readLine(buffer: Buffer, text: string, at: number, before: Line | undefined): Line | undefined {
  const end = text.indexOf('\r\n', at)
  const isKnown = before !== undefined && text.startsWith(before.start, at)
  const colon = isKnown ? at + before.start.indexOf(':') : text.indexOf(':', at)
  if (colon < 0 || colon > end) return undefined
  // A substring keeps its whole source text in memory, and lines live as long as the connection:
  // nothing here is one of `text`.
  const own = buffer.toString('latin1', at, end + 2)
  const valueAt = skipBlanks(own, colon - at + 1)
  const value = own.slice(valueAt, -2)
  // Trailing blanks do not belong to a value; they are rare, so Node's parser strips them.
  if (!isFieldValue(value) || value.endsWith(' ') || value.endsWith('\t')) return undefined
  if (isKnown) return { text: own, start: before.start, name: before.name, value }
  const start = buffer.toString('latin1', at, at + valueAt)
  const name = start.slice(0, colon - at)
  return isFieldName(name) ? { text: own, start, name: name.toLowerCase(), value } : undefined
}

/** `undefined` if a line is not known in full. */
function headersOf(lines: readonly Line[]): RequestHeaders | undefined {
  const headers: Record<string, string> = {}
  for (const { name, value } of lines) {
    // Whether repeated headers are joined, or one of them counts, depends on the name.
    if (FOR_NODE.has(name) || Object.hasOwn(headers, name)) return undefined
    headers[name] = value
  }
  return headers
}

/** Copies headers of the same names: that is cheaper than to check each name. */
function withValues(headers: RequestHeaders, changed: readonly Line[]): RequestHeaders {
  const copy: Record<string, string | string[] | undefined> = { ...headers }
  for (const { name, value } of changed) copy[name] = value
  return copy
}

function headOf(url: string, headers: RequestHeaders, end: number): RequestHead | undefined {
  const { host, connection, 'content-length': length } = headers
  if (host === undefined || length === undefined || !LENGTH.test(length)) return undefined
  const isLast = connection?.toLowerCase() === 'close'
  if (connection !== undefined && !isLast && connection.toLowerCase() !== 'keep-alive') return undefined
  return { url, headers, length: Number(length), end, isLast }
}
