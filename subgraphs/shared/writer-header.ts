/** The header by which an instance says whether it is the one that writes. */
import { WRITER_HEADER, writerValue } from '../../platform/protocol/writer.ts'
import type { Service } from './service.ts'

/**
 * Name and value, as they are now: ask when the answer is sent, since another may write by then.
 */
export function writerHeader({ writes }: Pick<Service<object>, 'writes'>): readonly string[] {
  return writes ? [WRITER_HEADER, writerValue(writes())] : []
}
