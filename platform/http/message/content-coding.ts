/** Decodes content codings (RFC 9110, section 8.4.1) of requests and of services' answers. */
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib'
import { listItems } from './fields.ts'

/**
 * Rejects with `ERR_BUFFER_TOO_LARGE` over `maxOutputLength` bytes, and with other errors if the
 * bytes do not decode.
 */
type Decode = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

/** For `Accept-Encoding`. */
export const DECODED = 'gzip, deflate, br'

const zlib: Decode = promisify(inflate)
const raw: Decode = promisify(inflateRaw)
/** Some senders omit the zlib wrapper that "deflate" means (RFC 9110, section 8.4.1.2). */
const deflate: Decode = (bytes, options) => (hasZlibHeader(bytes) ? zlib(bytes, options) : raw(bytes, options))
const hasZlibHeader = (bytes: Buffer): boolean =>
  bytes.length >= 2 && (bytes.readUInt8(0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)], // RFC 9110, section 8.4.1.3
  ['deflate', deflate],
  ['br', promisify(brotliDecompress)],
])

/**
 * The decoder for a `Content-Encoding`: `nothing` if there is nothing to decode, `undefined` if it
 * is unknown.
 */
export function decoderOf(value: string | undefined): Decode | 'nothing' | undefined {
  const [coding, ...others] = listItems(value?.toLowerCase() ?? '').filter((item) => item !== 'identity')
  if (coding === undefined) return 'nothing'
  return others.length === 0 ? decoders.get(coding) : undefined
}
