/** The settings of the service `sample`, in addition to those of every service. */
import { gatewaySecret, postgresUrl, processSettings } from '../../platform/process/settings.ts'
import { identitySettings } from '../../platform/protocol/identity-settings.ts'

export const sampleSettings = {
  GATEWAY_SECRET: gatewaySecret,
  DATA_DIR: processSettings.DATA_DIR,
  /** A database of its own. */
  DATABASE_URL: postgresUrl,
  /** Trusted issuers of tokens. Unset: the demo identity in `DATA_DIR`. */
  ...identitySettings,
} as const
