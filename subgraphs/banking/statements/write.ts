/** Writes a statement of any length in one format, with at most one chunk in memory. */
import type { Statement, StatementFormat } from './statement.ts'

/** Characters; large enough that a million entries do not make a million writes. */
const CHUNK_SIZE = 32_768

/**
 * Yields the file in chunks of about 32 kB. A reader that stops also ends the reading of entries.
 */
export async function* writeStatement(
  format: StatementFormat,
  { header, entries }: Statement,
  { byteOrderMark = false }: { readonly byteOrderMark?: boolean } = {},
): AsyncGenerator<string> {
  let chunk = (byteOrderMark ? '\ufeff' : '') + format.head(header)
  for await (const entry of entries) {
    chunk += format.entry(entry, header)
    if (chunk.length < CHUNK_SIZE) continue
    yield chunk
    chunk = ''
  }
  yield chunk + format.foot(header)
}
