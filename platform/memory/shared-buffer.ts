/**
 * Lets many connections read into one buffer, as `onread` of `net.connect` does for outgoing
 * sockets. Node has this for accepted sockets too, but without a public option. Otherwise each read
 * allocates 64 kB, which costs more than parsing a small request. This is the only use of Node
 * internals: on a Node without them `readInto` returns `undefined`, and its test fails.
 */
import { Socket } from 'node:net'

/**
 * Bytes: larger than nearly every request, but small enough that a piece full of pipelined requests
 * delays nobody.
 */
const PIECE = 16 * 1024
const buffer = Buffer.allocUnsafeSlow(PIECE)

const symbols = Object.getOwnPropertySymbols(new Socket({ onread: { buffer, callback: () => true } }))
const symbolOf = (name: string) => symbols.find(({ description }) => description === name)
const BUFFER = symbolOf('kBuffer')
const CALLBACK = symbolOf('kBufferCb')
/** The method of the socket's handle that sets the buffer. */
const INSTALL = 'useUserBuffer'

/**
 * @param take receives the buffer and the number of bytes read, and must use them before it
 * returns: the next read of any connection overwrites them. False pauses reading until
 * `socket.resume()`
 * @returns a function that returns reading to the socket's own stream; `undefined`, with nothing
 * changed, if this Node cannot do it
 */
export function readInto(socket: Socket, take: (buffer: Buffer, length: number) => boolean): (() => void) | undefined {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (BUFFER === undefined || CALLBACK === undefined || !isReader(handle)) return undefined
  const install = (callback: (length: number) => boolean): void => void Reflect.set(socket, CALLBACK, callback)
  Reflect.set(socket, BUFFER, buffer)
  install((length) => take(buffer, length))
  handle[INSTALL](buffer)
  return () => install((length) => socket.push(Buffer.from(buffer.subarray(0, length))))
}

const isReader = (handle: unknown): handle is { [INSTALL](buffer: Buffer): void } =>
  typeof handle === 'object' && handle !== null && INSTALL in handle
