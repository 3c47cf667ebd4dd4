/**
 * An HTTP/1.1 server for the services: requests with a `content-length`, one at a time on a
 * connection. Node's own server takes twice the CPU for a small request, which the services
 * would take from the load on their core.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** @param body valid until this returns @param send takes a whole answer, head included */
type Answer = (path: string, body: Buffer, send: (answer: Buffer) => void) => void

const HEAD_END = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i

/** A whole answer in JSON. */
export function answerOf(json: string): Buffer {
  const length = Buffer.byteLength(json)
  return Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}${HEAD_END}${json}`)
}

interface Listener {
  readonly url: string
  /** Cuts its connections, too: a client that keeps one would keep the process alive. */
  close(): void
}

export function listen(answer: Answer): Promise<Listener> {
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    let pieces: Buffer[] = []
    let size = 0
    let wanted = 0
    socket.on('data', (piece) => {
      pieces.push(piece)
      size += piece.length
      if (size < wanted) return
      const bytes = pieces.length === 1 ? piece : Buffer.concat(pieces)
      const request = readRequest(bytes)
      if (typeof request === 'number') {
        wanted = request
        pieces = [bytes]
        return
      }
      pieces = []
      size = wanted = 0
      answer(request.path, request.body, (text) => socket.write(text))
    })
    socket.on('error', () => socket.destroy()) // a contestant was stopped
  })
  const close = (): void => {
    server.close()
    for (const socket of open) socket.destroy()
  }
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({ url: `http://127.0.0.1:${port}`, close })
    })
  })
}

/** A complete request, or the number of bytes needed to continue. */
function readRequest(bytes: Buffer): { readonly path: string; readonly body: Buffer } | number {
  const headEnd = bytes.indexOf(HEAD_END, 0, 'latin1')
  if (headEnd < 0) return bytes.length + 1
  const head = bytes.toString('latin1', 0, headEnd)
  const length = LENGTH.exec(head)?.[1]
  if (length === undefined) throw new Error(`A request has no content-length: ${head}`)
  const begin = headEnd + HEAD_END.length
  const end = begin + Number(length)
  if (bytes.length < end) return end
  const pathBegin = head.indexOf(' ') + 1
  return { path: head.slice(pathBegin, head.indexOf(' ', pathBegin)), body: bytes.subarray(begin, end) }
}
