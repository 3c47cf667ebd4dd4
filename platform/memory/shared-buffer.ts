/**
 * Has many connections read into one buffer, as `onread` of `net.connect` does for the sockets that a program opens. For those that a server
 * accepts Node has it inside, but offers no option; without it each read allocates 64 kB, which costs more than all the reading of a small request.
 * The one place that reaches into Node: where a Node does not have this any more, `readInto` says so and its test fails.
 */
import { Socket } from 'node:net'

/**
 * Bytes: more than nearly every request has, and few enough that what Node's reader is given at
 * once holds nobody up, be it all pipelined requests.
 */
const PIECE = 16 * 1024
const buffer = Buffer.allocUnsafeSlow(PIECE)

const symbols = Object.getOwnPropertySymbols(new Socket({ onread: { buffer, callback: () => true } }))
const symbolOf = (name: string) => symbols.find(({ description }) => description === name)
const BUFFER = symbolOf('kBuffer')
const CALLBACK = symbolOf('kBufferCb')
/** The method of the socket's handle, which is told where to read to. */
const INSTALL = 'useUserBuffer'

/**
 * @param take is given the buffer and how many bytes have come, to be used before it returns: the next read of any connection overwrites them.
 * False has the client wait until `socket.resume()`
 * @returns has what comes from then on go to the socket's own stream again; `undefined` where this Node cannot do it, with nothing changed
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
