/** The settings of the banking service, beside those that every service has. */
import { z } from 'zod'
import {
  gatewaySecret,
  httpUrl,
  postgresReadUrl,
  postgresUrl,
  processSettings,
} from '../../platform/process/settings.ts'
import { identitySettings } from '../../platform/protocol/identity-settings.ts'
import { anchorSettings } from './audit/settings.ts'

export const bankingSettings = {
  GATEWAY_SECRET: gatewaySecret,
  DATA_DIR: processSettings.DATA_DIR,
  DATABASE_URL: postgresUrl,
  /** Standbys of that database, which serve reads of the past. */
  DATABASE_READ_URL: postgresReadUrl.optional(),
  /** Seconds that a standby may be behind, and still be read from. */
  DATABASE_READ_MAX_LAG: z.coerce.number().int().min(1).max(3_600).default(10),
  /** For tests and closed networks: webhooks may go to private addresses and over plain HTTP. */
  WEBHOOKS_ALLOW_PRIVATE: z.stringbool('must be true or false').default(false),
  /** An instant up to which an operator has confirmed the clock: see "Time" in the README. */
  LEDGER_CLOCK_CONFIRMED: z.iso
    .datetime({ offset: true, error: 'must be an instant, as 2026-07-01T12:00:00Z' })
    .optional(),
  /**
   * Seconds for which an exchange rate is valid; after that nothing is quoted on it until an
   * officer sets it again.
   */
  EXCHANGE_RATE_MAX_AGE: z.coerce.number().int().min(60).max(31_622_400).default(86_400),
  /** Address at which other instances reach this one, if not where it listens. */
  INSTANCE_URL: httpUrl.optional(),
  /** Days for which a retry gets the outcome of its key; after that the key is refused. */
  OUTCOME_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).default(90),
  ...anchorSettings,
  /** Unset: the demo identity in `DATA_DIR`. */
  ...identitySettings,
} as const
