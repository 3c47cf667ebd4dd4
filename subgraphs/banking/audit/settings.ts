/** The setting that the service's configuration shares with the commands on its audit. */
import { z } from 'zod'

export const anchorSettings = {
  /**
   * A PEM file with the Ed25519 key of the ledger's anchors; to verify, its public key is enough.
   * Unset: one made in `DATA_DIR`.
   */
  LEDGER_ANCHOR_KEY: z.string().min(1).optional(),
} as const
