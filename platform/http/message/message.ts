/**
 * A request for an operation and the reply to its client, whether the fast path or Node's server
 * handles the bytes. They have functions instead of getters: V8 gives each object with a getter its
 * own hidden class, which outlives the object.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Loan } from '../../memory/loans.ts'

export interface HttpRequest {
  readonly method: string
  /** Path and query string, unchanged. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>
  /** The client's IP address, from `client-address.ts`. */
  address(): string | undefined
  /**
   * The whole body as UTF-8. Call it once.
   * @param limit bytes, on the wire and again after decompression
   * @throws HttpError 413 if it is larger, 415 for an unknown encoding, 400 if it ends early or
   * does not decompress
   */
  readText(limit: number): string | Promise<string>
}

export interface HttpReply {
  /** True once the client has gone or the answer is sent. */
  isClosed(): boolean
  /**
   * Sends the whole answer; does nothing if `isClosed`.
   * @param headers names and values in turn, without connection headers and length
   * @param body a string must be ASCII
   * @param loan of memory that is needed until the body is sent and no longer; freed then, or never
   */
  send(status: number, headers: readonly string[], body: string | Buffer, loan?: Loan): void
  /** Begins an answer in pieces. Requires `isClosed` to be false. */
  stream(status: number, headers: readonly string[]): HttpStream
  /**
   * Calls `listener` if the client leaves before its whole answer, or ends a stream. One listener.
   */
  onHangUp(listener: () => void): void
}

/** An answer in pieces. */
export interface HttpStream {
  isClosed(): boolean
  /**
   * Resolves once there is room for more or the client has gone; `undefined` if there is room now.
   */
  write(piece: string): Promise<void> | undefined
  end(piece: string): void
}
