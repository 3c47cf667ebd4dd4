/** Requests and replies of Node's own HTTP server. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from './body.ts'
import { type BodyRoom, unlimitedRoom } from './body-room.ts'
import type { ClientAddress } from './client-address.ts'
import type { HttpReply, HttpRequest, HttpStream } from './message.ts'
import { streamOver } from './stream.ts'

/** @param room for partly received bodies */
export const requestOf = (
  message: IncomingMessage,
  clientAddress: ClientAddress,
  room: BodyRoom = unlimitedRoom,
): HttpRequest => ({
  method: message.method ?? 'GET',
  url: message.url ?? '/',
  headers: message.headers,
  address: () => clientAddress(message.socket.remoteAddress, message.headers),
  readText: async (limit) => (await readBody(message, limit, room)).toString('utf8'),
})

export const replyOf = (response: ServerResponse): HttpReply => ({
  isClosed: () => response.destroyed || response.headersSent,
  send(status, headers, body) {
    if (response.destroyed || response.headersSent) return
    const bodiless = status === 304
    response.writeHead(status, bodiless ? [...headers] : [...headers, 'content-length', String(body.length)])
    response.end(body, 'latin1')
  },
  stream(status, headers) {
    const { socket, method } = response.req
    response.writeHead(status, [...headers])
    if (method === 'HEAD') {
      response.end()
      return ENDED
    }
    // A client that follows a stream and closes its side has left.
    const leave = (): void => void response.destroy()
    if (socket.readableEnded) leave()
    socket.once('end', leave)
    return streamOver(response, (piece) => {
      socket.off('end', leave)
      response.end(piece)
    })
  },
  onHangUp(listener) {
    response.on('close', () => {
      // HEAD finishes its answer before the stream begins.
      if (!response.writableFinished || response.req.method === 'HEAD') listener()
    })
  },
})

const ENDED: HttpStream = { isClosed: () => true, write: () => undefined, end: () => undefined }
