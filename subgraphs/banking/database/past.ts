/**
 * Reads of what can no longer change: of a ledger, that is all that was written before some place.
 */
import type { PrismaClient } from '../../../prisma/generated/client.ts'

/** A sequence, or an instant of the ledger's time: the first that does not count. */
export type Place = bigint | Date

export interface Past {
  /**
   * @param before all rows of `read` were written before this place
   * @param read from a standby that has all of it
   * @param otherwise reads from the primary: no standby has it, or the standby failed
   */
  read<Value>(
    before: Place,
    read: (standby: PrismaClient) => Promise<Value>,
    otherwise: () => Promise<Value>,
  ): Promise<Value>
}

/** Without standbys. */
export const onPrimary: Past = { read: (_before, _read, otherwise) => otherwise() }
