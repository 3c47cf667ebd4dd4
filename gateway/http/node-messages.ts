/** Requests and replies of Node's own HTTP server. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../process/http.ts'
import type { ClientAddress } from './client-address.ts'
import type { HttpReply, HttpRequest } from './message.ts'
import { streamOver } from './stream.ts'

export const requestOf = (message: IncomingMessage, clientAddress: ClientAddress): HttpRequest => ({
  method: message.method ?? 'GET',
  url: message.url ?? '/',
  headers: message.headers,
  address: () => clientAddress(message.socket.remoteAddress, message.headers),
  readText: async (limit) => (await readBody(message, limit)).toString('utf8'),
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
    response.writeHead(status, [...headers])
    return streamOver(response, (piece) => response.end(piece))
  },
  onHangUp(listener) {
    response.on('close', () => {
      if (!response.writableFinished) listener()
    })
  },
})
