/**
 * One connection of the load generator. It sends prepared texts, and parses only enough HTTP/1.1 to
 * find the end of an answer: a full client would cost as much as a gateway's work for a small
 * answer, and would be measured instead.
 */
import { connect } from 'node:net'
import { openBody } from '../../gateway/traffic/client/body.ts'
import { readHead } from '../../gateway/traffic/client/head.ts'

export interface LoadConnection {
  /**
   * Sends a whole ASCII request; wait for its answer before the next. @returns the answer's body,
   * valid until the next piece arrives
   */
  ask(request: string): Promise<Buffer>
  close(): void
}

const PIECE = 128 * 1024 // bytes
const HEAD_END = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i

/** @param url whose host and port are used */
export function openConnection(url: URL): LoadConnection {
  let waiting: { resolve(body: Buffer): void; reject(error: Error): void } | undefined
  /** Pieces of an incomplete answer. */
  let begun: Buffer[] = []
  let size = 0
  let wanted = 0
  const take = (piece: Buffer): boolean => {
    size += piece.length
    if (size < wanted) {
      begun.push(Buffer.from(piece))
      return true
    }
    const answer = begun.length === 0 ? piece : Buffer.concat([...begun, piece])
    const body = bodyOf(answer)
    if (typeof body === 'number') {
      wanted = body
      begun = [begun.length === 0 ? Buffer.from(piece) : answer]
      return true
    }
    begun = []
    size = wanted = 0
    waiting?.resolve(body)
    return true
  }
  const buffer = Buffer.allocUnsafeSlow(PIECE)
  const onread = { buffer, callback: (length: number): boolean => take(buffer.subarray(0, length)) }
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true, onread })
  socket.on('error', (error) => waiting?.reject(error))
  socket.on('close', () => waiting?.reject(new Error('The gateway closed a connection.')))
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(request, 'latin1')
      }),
    close() {
      waiting = undefined
      socket.destroy()
    },
  }
}

/** The body of a complete answer, or the number of bytes needed to continue. */
function bodyOf(answer: Buffer): Buffer | number {
  const headEnd = answer.indexOf(HEAD_END, 0, 'latin1')
  if (headEnd < 0) return answer.length + 1
  const begin = headEnd + HEAD_END.length
  const head = answer.toString('latin1', 0, headEnd)
  const length = LENGTH.exec(head)?.[1]
  if (length !== undefined) {
    const end = begin + Number(length)
    return answer.length < end ? end : answer.subarray(begin, end)
  }
  const { framing } = readHead(head)
  const body = openBody(framing)
  body.take(answer.subarray(begin))
  return body.isWhole() ? body.content() : answer.length + 1
}
