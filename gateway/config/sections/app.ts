/** The web app at `/app`, for customers and officers of the bank. */
import { z } from 'zod'
import { httpAddress } from '../../../platform/process/settings.ts'
import { onOff } from './values.ts'

export const appSection = z
  .strictObject({
    /** Off in production unless it is set. */
    enabled: onOff.optional(),
    /** The OpenID Connect issuer where its users sign in; that of the demo where that is in use. */
    issuer: httpAddress.optional(),
    /** Under which the issuer knows the app: a public client. */
    clientId: z.string('must be text').min(1, 'must not be empty').default('web'),
    /**
     * What it asks the issuer for, separated by spaces; the demo's issuer is asked for all there
     * is.
     */
    scope: z.string('must be text').min(1, 'must not be empty').default('openid profile'),
  })
  .prefault({})

export type AppSection = z.output<typeof appSection>
