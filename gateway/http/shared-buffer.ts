/**
 * Has many connections read into one buffer, as `onread` of `net.connect` does for the sockets that a program opens. For those that a server
 * accepts Node has it inside, but offers no option; without it each read allocates 64 kB, which costs more than all the reading of a small request.
 * The one place that reaches into Node: where a Node does not have this any more, `readInto` says so and its test fails.
 */
import { Socket } from 'node:net'

const PIECE = 64 * 1024 // bytes
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
 * @returns false where this Node cannot do it, with nothing changed
 */
export function readInto(socket: Socket, take: (buffer: Buffer, length: number) => boolean): boolean {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (BUFFER === undefined || CALLBACK === undefined || !isReader(handle)) return false
  Reflect.set(socket, BUFFER, buffer)
  Reflect.set(socket, CALLBACK, (length: number) => take(buffer, length))
  handle[INSTALL](buffer)
  return true
}

const isReader = (handle: unknown): handle is { [INSTALL](buffer: Buffer): void } =>
  typeof handle === 'object' && handle !== null && INSTALL in handle
