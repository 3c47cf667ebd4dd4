/**
 * Settings of the trusted identity provider: given in full, or, in development only, the demo
 * identity.
 */
import { z } from 'zod'
import { httpUrl, isProduction } from '../process/settings.ts'

/** All three are needed: a key set alone would accept tokens signed for another application. */
interface ProviderSettings {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
}

/** The demo identity of a data folder. */
interface DemoSettings {
  readonly jwksUrl?: undefined
  readonly dataDir: string
}

export type IdentitySettings = ProviderSettings | DemoSettings

export const identitySettings = {
  JWKS_URL: httpUrl.optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
} as const

/**
 * Faults of these settings in combination: one for each that is missing.
 * @param demo whether the demo identity is used without a provider
 */
export function identityFaults(
  env: Readonly<Record<string, string | undefined>>,
  { demo }: { readonly demo: boolean },
): readonly string[] {
  const names = Object.keys(identitySettings)
  const given = names.filter((name) => env[name])
  if (given.length === 0 && !(demo && isProduction(env['NODE_ENV']))) return []
  const why =
    given.length > 0
      ? `with ${given.join(' and ')}`
      : `with NODE_ENV=${env['NODE_ENV']}: the demo identity lets anyone in`
  return names.filter((name) => !env[name]).map((name) => `${name}: is required ${why}`)
}

/** For settings without `identityFaults`; `undefined` without a provider. */
export function providerOf(settings: {
  readonly JWKS_URL?: string | undefined
  readonly JWT_ISSUER?: string | undefined
  readonly JWT_AUDIENCE?: string | undefined
}): ProviderSettings | undefined {
  const { JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = settings
  return jwksUrl && issuer && audience ? { jwksUrl, issuer, audience } : undefined
}
