/**
 * Reads one HTTP/1.1 answer (RFC 9112) as it comes, whatever way it is cut into pieces, for a connection that is closed after it.
 * Knows no socket, and takes nothing for an answer that is not plainly one.
 */

export interface ResponseListener {
  /** @param headers by lower-case name; the last of a name counts */
  onHead(status: number, headers: ReadonlyMap<string, string>): void
  /** @param piece good until this returns */
  onBody(piece: Buffer): void
  /** The answer is whole. */
  onEnd(): void
}

export interface ResponseReader {
  /** @throws SyntaxError where this is no HTTP answer */
  read(piece: Buffer): void
  /** The connection ended. @throws SyntaxError where the answer was not whole by then */
  end(): void
}

const LONGEST_HEAD = 16 * 1024 // characters, also of trailers
const HEX_SIZE = /^([\da-f]{1,8})\s*(;.*)?$/i

/** What is read next: a line of the first five, bytes in the others. */
type Phase = 'status' | 'header' | 'size' | 'chunk end' | 'trailer' | 'chunk' | 'counted' | 'rest' | 'done'

/** One object and no closures: a gateway keeps thousands of them. */
interface State {
  phase: Phase
  /** Of the current line, as far as it came. */
  line: string
  /** Characters of head, or of trailers, so far. */
  length: number
  status: number
  headers: Map<string, string> | undefined
  /** Bytes of the chunk, or of the body, that are still to come. */
  left: number
}

export function createResponseReader(listener: ResponseListener): ResponseReader {
  const state: State = { phase: 'status', line: '', length: 0, status: 0, headers: undefined, left: 0 }
  return {
    read: (piece) => read(state, listener, piece),
    end() {
      if (state.phase === 'rest') finish(state, listener)
      else if (state.phase !== 'done') throw new SyntaxError('the answer ended before it was complete')
    },
  }
}

function read(state: State, listener: ResponseListener, piece: Buffer): void {
  let at = 0
  while (at < piece.length && state.phase !== 'done') {
    if (state.phase === 'rest' || state.phase === 'chunk' || state.phase === 'counted') {
      const end = state.phase === 'rest' ? piece.length : Math.min(piece.length, at + state.left)
      state.left -= end - at
      listener.onBody(piece.subarray(at, end))
      at = end
      if (state.left === 0 && state.phase === 'chunk') state.phase = 'chunk end'
      else if (state.left === 0 && state.phase === 'counted') finish(state, listener)
    } else {
      const newline = piece.indexOf(10, at)
      const end = newline < 0 ? piece.length : newline
      state.line += piece.toString('latin1', at, end)
      state.length += end - at
      if (state.length > LONGEST_HEAD) throw new SyntaxError('the head of the answer is too long')
      at = end + 1
      if (newline < 0) return
      const line = state.line.endsWith('\r') ? state.line.slice(0, -1) : state.line
      state.line = ''
      readLine(state, listener, line)
    }
  }
}

function readLine(state: State, listener: ResponseListener, line: string): void {
  if (state.phase === 'status') {
    const [, status] = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(line) ?? []
    if (status === undefined) throw new SyntaxError('the answer is no HTTP/1.1')
    state.status = Number(status)
    state.headers = new Map()
    state.phase = 'header'
  } else if (state.phase === 'header') {
    if (line === '') {
      readHead(state, listener)
      return
    }
    const colon = line.indexOf(':')
    if (colon < 1) throw new SyntaxError('a header of the answer has no name')
    state.headers?.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  } else if (state.phase === 'size') {
    const [, size] = HEX_SIZE.exec(line) ?? []
    if (size === undefined) throw new SyntaxError('a chunk of the answer has no size')
    state.left = Number.parseInt(size, 16)
    state.length = 0
    state.phase = state.left === 0 ? 'trailer' : 'chunk'
  } else if (state.phase === 'chunk end') {
    if (line !== '') throw new SyntaxError('a chunk of the answer is longer than it says')
    state.phase = 'size'
  } else if (line === '') finish(state, listener)
}

/** How long the body is (RFC 9112, section 6.3). */
function readHead(state: State, listener: ResponseListener): void {
  const { status, headers = new Map() } = state
  state.headers = undefined
  state.length = 0
  if (status < 200) {
    state.phase = 'status' // more of an introduction than an answer
    return
  }
  const coding = headers.get('transfer-encoding')?.toLowerCase()
  const length = headers.get('content-length')
  if (coding !== undefined && coding !== 'chunked') throw new SyntaxError('the coding of the answer is not known')
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new SyntaxError('the length of the answer is no number')
  state.phase = coding ? 'size' : length === undefined ? 'rest' : 'counted'
  state.left = coding === undefined && length !== undefined ? Number(length) : 0
  listener.onHead(status, headers)
  const isEmpty = status === 204 || status === 304 || (state.phase === 'counted' && state.left === 0)
  if (isEmpty) finish(state, listener)
}

function finish(state: State, listener: ResponseListener): void {
  state.phase = 'done'
  listener.onEnd()
}
