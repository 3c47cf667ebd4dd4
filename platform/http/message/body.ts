/** Reads request bodies, bounding each one and all together. */
import { constants } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { createGrowingBuffer } from '../../memory/growing-buffer.ts'
import { type BodyRoom, unlimitedRoom } from './body-room.ts'
import { DECODED, decoderOf } from './content-coding.ts'
import { HttpError } from './http-error.ts'

/** @param limit bytes */
export const tooLarge = (limit: number): HttpError =>
  new HttpError(413, 'BAD_USER_INPUT', `The body is larger than ${limit} bytes.`)

const NOT_DECODED = 'The content encoding is not supported.'
/** Encodings that the client may use (RFC 9110, section 15.5.16). */
const INSTEAD = { 'accept-encoding': DECODED }

/**
 * Reads a whole body.
 * @param limit bytes, on the wire and again after decompression
 * @param room shared with other partly received bodies
 * @throws HttpError 413 if it is larger, 503 if there is no room, 415 for an unknown encoding, 400
 * if it ends early or does not decompress
 */
export async function readBody(request: IncomingMessage, limit: number, room = unlimitedRoom): Promise<Buffer> {
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > limit) throw tooLarge(limit)
  await undefined
  // A small body usually arrives with its head, and can be read at once after one tick.
  const isHere = length > 0 && request.readableLength === length
  const body = isHere ? (request.read() as Buffer) : await collect(request, limit, room)
  const decode = decoderOf(request.headers['content-encoding'])
  if (decode === 'nothing') return body
  if (!decode) throw new HttpError(415, 'BAD_USER_INPUT', NOT_DECODED, INSTEAD)
  try {
    return await decode(body, { maxOutputLength: Math.min(limit, constants.MAX_LENGTH) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    throw new HttpError(400, 'BAD_USER_INPUT', 'The body does not match its content encoding.')
  }
}

const noRoom = (): HttpError =>
  new HttpError(503, 'SERVICE_UNAVAILABLE', 'Too many request bodies are incomplete: try again.', {
    'retry-after': '1', // seconds
    connection: 'close',
  })

/** Uses events: the async iterator costs a quarter of all that a small request costs. */
function collect(request: IncomingMessage, limit: number, room: BodyRoom): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    const body = createGrowingBuffer(limit)
    const giveUp = (error: HttpError): void => {
      share.leave()
      // Discards the rest, so that the sender can read the refusal.
      request.off('data', keep).resume()
      reject(error)
    }
    const share = room.enter(() => giveUp(noRoom()))
    const keep = (chunk: Buffer): void => {
      if (body.bytes() + chunk.length > limit) giveUp(tooLarge(limit))
      else {
        body.add(chunk)
        share.grow(chunk.length)
      }
    }
    const cut = (): void => {
      share.leave()
      if (request.readableEnded) return
      reject(new HttpError(400, 'BAD_USER_INPUT', 'The body ended before it was complete.'))
    }
    request.on('data', keep)
    request.once('end', () => {
      share.leave()
      resolve(body.content())
    })
    request.once('error', cut)
    request.once('close', cut)
    // A sender who left before this emits no more events.
    if (request.destroyed) cut()
  })
}
