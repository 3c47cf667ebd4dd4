/**
 * The same bytes in memory of their own: as they are, or else copied. `Buffer.from` takes small
 * pieces from a pool, and `subarray` shares; what is kept would keep all of that.
 */
export function owned(bytes: Buffer): Buffer {
  if (bytes.length === bytes.buffer.byteLength) return bytes
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}
