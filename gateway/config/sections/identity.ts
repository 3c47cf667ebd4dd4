/** Who issues the tokens that the gateway trusts. */
import { z } from 'zod'
import { httpUrl } from '../../../platform/process/settings.ts'

/** All three are needed: a key set alone would accept tokens signed for another application. */
const issuer = z.strictObject({
  issuer: z.string('is required'),
  jwks: httpUrl,
  audience: z.string('is required'),
})

export const identitySection = z
  .strictObject({ issuers: z.array(issuer).max(1, 'must be one issuer').default([]) })
  .prefault({})
