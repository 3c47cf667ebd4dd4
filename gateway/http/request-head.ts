/**
 * Reads the head of a plain `POST /graphql`, so strictly that every other reader of HTTP/1.1 (RFC 9112) finds in it what is found here.
 * What it does not know in full it does not judge: that is for Node's reader.
 */
import type { IncomingHttpHeaders } from 'node:http'

export interface RequestHead {
  readonly headers: Readonly<IncomingHttpHeaders>
  /** Bytes of the body. */
  readonly length: number
  /** Where the body begins. */
  readonly end: number
  /** The client wants no other answer on this connection. */
  readonly isLast: boolean
}

/** The longest that Node's reader takes, in bytes. */
const MAX_HEAD = 16 * 1024
const MAX_LINES = 64
const START = 'POST /graphql HTTP/1.1\r\n'
const LINE = /([\w!#$%&'*+.^`|~-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)\r\n/y
const LENGTH = /^\d{1,9}$/
/** They say how the message or the connection goes on, or how the body is to be read. */
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
  /** With its end. */
  readonly text: string
  readonly name: string
  readonly value: string
}

/**
 * Reads one head after the other of one connection. They differ in a line or two at most, so each line is compared with its predecessor first.
 * @returns for text in latin1 that begins with a head; undefined where that is not a head known here in full
 */
export function createHeadReader(): (text: string) => RequestHead | undefined {
  let lines: Line[] = []
  let before: { readonly text: string; readonly head: RequestHead } | undefined
  return (text) => {
    // A head ends with the only empty line in it: text that begins with a whole one has that and no other.
    if (before && text.startsWith(before.text)) return before.head
    if (!text.startsWith(START)) return undefined
    let at = START.length
    let count = 0
    while (!text.startsWith('\r\n', at)) {
      let line = lines[count]
      if (line === undefined || !text.startsWith(line.text, at)) {
        line = readLine(text, at)
        if (line === undefined || count === MAX_LINES) return undefined
        lines[count] = line
      }
      at += line.text.length
      count += 1
    }
    lines = lines.slice(0, count)
    const end = at + 2
    const head = end > MAX_HEAD ? undefined : headOf(lines, end)
    before = head && { text: text.slice(0, end), head }
    return head
  }
}

function readLine(text: string, at: number): Line | undefined {
  LINE.lastIndex = at
  const [whole, name, value] = LINE.exec(text) ?? []
  if (whole === undefined || name === undefined || value === undefined) return undefined
  // What surrounds a value does not belong to it, and hardly anybody sends it.
  if (value.endsWith(' ') || value.endsWith('\t')) return undefined
  return { text: whole, name: name.toLowerCase(), value }
}

function headOf(lines: readonly Line[], end: number): RequestHead | undefined {
  const headers: Record<string, string> = {}
  for (const { name, value } of lines) {
    // Whether several of one name are joined, or one of them counts, is another thing for each name.
    if (FOR_NODE.has(name) || Object.hasOwn(headers, name)) return undefined
    headers[name] = value
  }
  const { host, connection, 'content-length': length } = headers
  if (host === undefined || length === undefined || !LENGTH.test(length)) return undefined
  const isLast = connection?.toLowerCase() === 'close'
  if (connection !== undefined && !isLast && connection.toLowerCase() !== 'keep-alive') return undefined
  return { headers, length: Number(length), end, isLast }
}
