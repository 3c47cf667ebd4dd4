/**
 * Settings of identity: the trusted issuers of access tokens, and where a request carries its
 * token. The gateway and every service that verifies tokens read the same settings. In development
 * only, the demo identity replaces them.
 */
import { z } from 'zod'
import { isFieldName, listItems } from '../http/message/fields.ts'
import { httpAddress, httpUrl, isProduction } from '../process/settings.ts'
import { mayTellClaim } from './claims.ts'

/** Signatures with a public key. Never `none`, and no shared secret (HS256). */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

const says =
  (fault: string) =>
  (issue: { readonly input?: unknown }): string =>
    issue.input === undefined ? 'is required' : fault
const text = z.string({ error: says('must be text') }).regex(/[^\s,]/, 'must not be empty')
const texts = z.union([text, z.array(text).min(1)], { error: says('must be text, or a list of texts') })
const MOST_SKEW = 300_000 // milliseconds

/** The name of a claim; a list is a path into nested claims. */
const claimPath = texts.transform((claim) => [claim].flat())

/** By header: the claim that it tells a service. */
export const claimHeadersSettings = z.record(
  z.string().toLowerCase().refine(mayTellClaim, 'must be a header that means nothing else'),
  claimPath,
)

/** Keys are asked for without credentials: those of an address would be left out in silence. */
const isWithoutUser = (url: string): boolean => {
  const { username, password } = URL.parse(url) ?? { username: '', password: '' }
  return username === '' && password === ''
}
const WITHOUT_USER = 'must have no user name and no password: keys are public'

/** A party whose tokens are trusted. */
const issuerSettings = z.strictObject({
  /** `iss` of its tokens, exactly. */
  issuer: text,
  /** Where its public keys are (JWKS). */
  jwks: z
    .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
    .refine(isWithoutUser, WITHOUT_USER),
  /** `aud` of a token has to name one of these. */
  audience: texts.transform((audience) => [audience].flat()),
  algorithms: z
    .array(z.enum(algorithms, `must be of ${algorithms.join(', ')}`))
    .min(1, 'must name at least one algorithm')
    .default([...algorithms]),
  scopes: z
    .strictObject({
      claim: claimPath.prefault('scope'),
      /** `text`: names separated by spaces. */
      form: z.enum(['text', 'list'], 'must be text or list').default('text'),
    })
    .prefault({}),
  /** Put before `sub`, where another issuer may give the same subject to somebody else. */
  subjectPrefix: z.string('must be text').default(''),
  /** Milliseconds by which its clock may differ from ours. */
  clockSkew: z
    .int('must be whole milliseconds')
    .min(0, 'must not be negative')
    .max(MOST_SKEW, `must be at most ${MOST_SKEW} ms`)
    .default(30_000),
})

const issuersSettings = z
  .array(issuerSettings)
  .min(1, 'must name at least one issuer')
  .refine((all) => new Set(all.map(({ issuer }) => issuer)).size === all.length, 'must name each issuer once')

/** Headers that clients and proxies set for another purpose. */
const NO_TOKEN: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'accept-language', 'connection', 'content-encoding', 'content-length'],
  ...['content-type', 'cookie', 'expect', 'host', 'keep-alive', 'origin', 'te', 'trailer', 'transfer-encoding'],
  ...['traceparent', 'tracestate', 'upgrade', 'user-agent', 'x-forwarded-for', 'x-request-id'],
])

const tokenSettings = z.strictObject({
  header: z
    .strictObject({
      name: z
        .string()
        .refine(isFieldName, 'must be the name of a header')
        .toLowerCase()
        .refine((name) => !NO_TOKEN.has(name), 'must be a header that means nothing else')
        .default('authorization'),
      /** Stands before the token; empty if the header is the token alone. */
      scheme: z
        .string()
        .regex(/^[\w-]*$/, 'must be a word, or empty')
        .default('Bearer'),
    })
    .prefault({}),
  /** Looked at where the header is missing, on requests that no page of another site can make. */
  cookie: z.strictObject({ name: z.string().refine(isFieldName, 'must be the name of a cookie') }).optional(),
})

/** `identity` of the gateway's configuration. */
export const identitySection = z
  .strictObject({
    issuers: issuersSettings.optional(),
    token: tokenSettings.prefault({}),
    /** Refuse requests that are signed out. */
    required: z.boolean('must be on or off').default(false),
    /** The address of the demo's provider, whose tokens count where the demo identity does. */
    demoIssuer: httpUrl.optional(),
  })
  .prefault({})

type IdentitySection = z.output<typeof identitySection>

export type IssuerSettings = z.output<typeof issuerSettings>
export type TokenSettings = z.output<typeof tokenSettings>

export interface DemoSettings {
  readonly dataDir: string
  /** Of the provider that `npm start` runs beside it. */
  readonly issuer?: string | undefined
}

/** What is done about tokens, once it is known who is trusted. */
export interface IdentitySettings {
  readonly issuers: readonly IssuerSettings[]
  /** The demo identity of a data folder is trusted too. */
  readonly demo?: DemoSettings | undefined
  readonly token: TokenSettings
  readonly required: boolean
}

/** What holds for an issuer that says no more than it must. */
export const issuerDefaults: Pick<IssuerSettings, 'algorithms' | 'scopes' | 'subjectPrefix' | 'clockSkew'> =
  issuerSettings.pick({ algorithms: true, scopes: true, subjectPrefix: true, clockSkew: true }).parse({})

/** A variable that holds JSON; the faults inside say where they are. */
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.string().transform((value, context): z.output<Schema> => {
    const result = schema.safeParse(parsed(value))
    if (result.success) return result.data
    for (const { path, message } of result.error.issues) {
      const place = z.core.toDotPath(path)
      context.addIssue({ code: 'custom', message: place === '' ? message : `${place}: ${message}` })
    }
    return z.NEVER
  })

/** What is no JSON is text, which each of these schemas refuses. */
function parsed(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/**
 * Variables of a service, which is always called with `Authorization: Bearer`: either one issuer by
 * three, or a list of them.
 */
export const identitySettings = {
  JWKS_URL: httpAddress.refine(isWithoutUser, WITHOUT_USER).optional(),
  JWT_ISSUER: text.optional(),
  JWT_AUDIENCE: text.optional(),
  IDENTITY_ISSUERS: json(issuersSettings).optional(),
  IDENTITY_DEMO_ISSUER: httpUrl.optional(),
} as const

const ONE_ISSUER = ['JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'] as const

type Environment = Readonly<Record<string, string | undefined>>

/** One line where issuers are named in both ways. */
export function issuerFaults(env: Environment): readonly string[] {
  const given = ONE_ISSUER.filter((name) => env[name])
  return given.length > 0 && env['IDENTITY_ISSUERS']
    ? [`IDENTITY_ISSUERS: replaces ${given.join(', ')}; set one or the other`]
    : []
}

/**
 * Faults of these settings in combination.
 * @param demo whether the demo identity is used without a provider
 */
export function identityFaults(env: Environment, { demo }: { readonly demo: boolean }): readonly string[] {
  if (env['IDENTITY_ISSUERS']) return issuerFaults(env)
  const given = ONE_ISSUER.filter((name) => env[name])
  if (given.length === 0 && !(demo && isProduction(env['NODE_ENV']))) return []
  const why =
    given.length > 0
      ? `with ${given.join(' and ')}`
      : `with NODE_ENV=${env['NODE_ENV']}: the demo identity lets anyone in`
  return ONE_ISSUER.filter((name) => !env[name]).map((name) => `${name}: is required ${why}`)
}

interface Values {
  readonly JWKS_URL?: string | undefined
  readonly JWT_ISSUER?: string | undefined
  readonly JWT_AUDIENCE?: string | undefined
  readonly IDENTITY_ISSUERS?: readonly IssuerSettings[] | undefined
  readonly IDENTITY_DEMO_ISSUER?: string | undefined
}

/**
 * What a service trusts, for settings without `identityFaults`. @param dataDir of the demo identity
 */
export function trustedBy(values: Values, dataDir: string): Pick<IdentitySettings, 'issuers' | 'demo'> {
  const { JWKS_URL: jwks, JWT_ISSUER: issuer, JWT_AUDIENCE: audience, IDENTITY_ISSUERS: several } = values
  if (several) return { issuers: several }
  if (jwks && issuer && audience)
    return { issuers: [issuerSettings.parse({ issuer, jwks, audience: listItems(audience) })] }
  return { issuers: [], demo: { dataDir, issuer: values.IDENTITY_DEMO_ISSUER } }
}

/**
 * What the gateway does about tokens; `undefined` where they are opaque.
 * @param dataDir of the demo identity, which is used if no issuer is named
 */
export function identityOf(
  { issuers = [], token, required, demoIssuer }: IdentitySection,
  dataDir: string | undefined,
): IdentitySettings | undefined {
  const demo = issuers.length === 0 && dataDir !== undefined ? { dataDir, issuer: demoIssuer } : undefined
  return issuers.length === 0 && !demo ? undefined : { issuers, demo, token, required }
}
