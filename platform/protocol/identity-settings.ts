/**
 * Settings of the trusted identity provider: given in full, or, in development only, the demo
 * identity.
 */
import { z } from 'zod'
import { httpUrl, isProduction } from '../process/settings.ts'

/** All three are needed: a key set alone would accept tokens signed for another application. */
export interface ProviderSettings {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
}

/** The demo identity of a data folder. */
export interface DemoSettings {
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
 * Faults of these settings in combination.
 * @param demo whether the demo identity is used without a provider
 */
export function identityFaults(
  env: Readonly<Record<string, string | undefined>>,
  { demo }: { readonly demo: boolean },
): readonly string[] {
  const { JWKS_URL, NODE_ENV } = env
  const [given, missing] = [true, false].map((wanted) =>
    ['JWT_ISSUER', 'JWT_AUDIENCE'].filter((name) => Boolean(env[name]) === wanted),
  ) as [string[], string[]]
  if (JWKS_URL) return missing.map((name) => `${name}: is required with JWKS_URL`)
  if (given.length > 0) return [`JWKS_URL: is required with ${given.join(' and ')}`]
  return demo && isProduction(NODE_ENV)
    ? [`JWKS_URL: is required with NODE_ENV=${NODE_ENV}: the demo identity lets anyone in`]
    : []
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
