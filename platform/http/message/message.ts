/**
 * A request for an operation and the way back to its client, as everything behind the public port
 * sees them, whoever reads and writes the bytes. What they say of themselves are functions, not
 * getters: V8 gives each object with a getter a hidden class of its own, which outlives it.
 */
import type { IncomingHttpHeaders } from 'node:http'

export interface HttpRequest {
  readonly method: string
  /** Path and query string, as they came. */
  readonly url: string
  /** Names in small letters. */
  readonly headers: Readonly<IncomingHttpHeaders>
  /** The IP address of the client, as `client-address.ts` finds it. */
  address(): string | undefined
  /**
   * The whole body, which is UTF-8; asked for once.
   * @param limit bytes, on the wire and again after decompression
   * @throws HttpError 413 when larger, 415 for an unknown encoding, 400 when it ends early or does
   * not inflate
   */
  readText(limit: number): string | Promise<string>
}

export interface HttpReply {
  /** True once there is nobody to answer, or everything was said. */
  isClosed(): boolean
  /**
   * Answers in one piece; does nothing where that is too late.
   * @param headers names and values in turn, without those of the connection and the length
   * @param body text is ASCII
   */
  send(status: number, headers: readonly string[], body: string | Buffer): void
  /** Answers in pieces, as they become known. Only where `isClosed` is false. */
  stream(status: number, headers: readonly string[]): HttpStream
  /** Calls once the client leaves without its whole answer, or ends a stream. One listener. */
  onHangUp(listener: () => void): void
}

/** An answer in pieces. */
export interface HttpStream {
  isClosed(): boolean
  /**
   * Resolves once there is room for more, or nobody to take it; `undefined` where there is room at
   * once.
   */
  write(piece: string): Promise<void> | undefined
  end(piece: string): void
}
