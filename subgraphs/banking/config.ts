/** The settings of the banking service, beside those that every service has. */
import { z } from 'zod'
import { httpUrl, processSettings } from '../../gateway/process/settings.ts'
import { gatewaySecret } from '../serve.ts'

export const bankingSettings = {
  GATEWAY_SECRET: gatewaySecret,
  DATA_DIR: processSettings.DATA_DIR,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is required: a postgresql:// URL' }),
  /** For tests and closed networks: webhooks may go to private addresses and over plain HTTP. */
  WEBHOOKS_ALLOW_PRIVATE: z.stringbool('must be true or false').default(false),
  /** Unset: the demo identity in `DATA_DIR`. */
  JWKS_URL: httpUrl.optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
} as const
