/** Configures `oidc-provider` for the demo, and answers its requests. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import Provider, { type Context, type Interaction } from 'oidc-provider' // MIT; the certified OpenID Connect provider of the Node field
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'
import type { Logger } from '../../platform/process/log.ts'
import { demoCallers, demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { rememberBegun } from './begun.ts'
import { clients, scopes, scopesOf } from './clients.ts'
import { answerSignIn } from './interaction.ts'
import type { Lifetimes } from './lifetimes.ts'
import { isWelcome } from './origins.ts'
import { failurePage, goodbyePage, pagePolicy, signOutPage } from './pages.ts'
import { claimsOf } from './people.ts'
import { refusal } from './refusal.ts'

interface ProviderOptions {
  readonly issuer: string
  readonly dataDir: string
  /** Origins of pages on other machines that may sign in here. */
  readonly origins: readonly string[]
  readonly lifetimes: Lifetimes
  readonly log: Logger
}

export type AnswerProvider = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** The resource that tokens are for, as an absolute URI (RFC 8707). */
const RESOURCE = 'urn:tributary'
const SIGNING = 'EdDSA'

export async function createProvider(options: ProviderOptions): Promise<AnswerProvider> {
  const { issuer, dataDir, origins, lifetimes, log } = options
  const { privateKey, audience } = await demoIdentity(dataDir)
  const begun = rememberBegun()
  const isAllowed = (uri: string): boolean => isWelcome(uri, origins)
  const provider = new Provider(issuer, {
    adapter: class Kept extends MemoryAdapter {}, // of its own name, or it is warned about
    responseTypes: ['code'],
    enableHttpPostMethods: false,
    clients,
    clientDefaults: { id_token_signed_response_alg: SIGNING },
    jwks: { keys: [privateKey] },
    enabledJWA: { idTokenSigningAlgValues: [SIGNING] },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: { session: 'tributary_session', interaction: 'tributary_signin', resume: 'tributary_resume' },
    },
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: false, // there is no user info: the tokens are for the gateway
    findAccount: (_context: Context, id: string) =>
      Object.hasOwn(demoCallers, id) ? { accountId: id, claims: () => claimsOf(id) } : undefined,
    loadExistingGrant: grantAll,
    clientBasedCORS: (_context: Context, origin: string) => isAllowed(origin),
    interactions: {
      url(_context: Context, { uid, params }: Interaction) {
        begun.remember(uid, String(params['redirect_uri']))
        return `/sign-in/${uid}`
      },
    },
    issueRefreshToken: (_context: Context, client: { grantTypeAllowed(type: string): boolean }) =>
      client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    expiresWithSession: () => true, // signing out ends what was signed in
    renderError: (context: Context, { error, error_description: description }: Readonly<Record<string, string>>) =>
      show(context, failurePage(`The request of the application was refused: ${description ?? error}.`)),
    ttl: lifetimes,
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_context: Context, client: { clientId: string }, token: { clientId: string }) =>
          token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: Context, _resource: string, client: { clientId: string }) => ({
          scope: scopesOf(client.clientId).join(' '),
          audience,
          accessTokenTTL: lifetimes.AccessToken,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: SIGNING } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context: Context, form: string) => show(context, signOutPage(form)),
        postLogoutSuccessSource: (context: Context) => show(context, goodbyePage()),
      },
    },
  })
  // Any path on loopback: applications in development choose their own ports.
  provider.Client.prototype.redirectUriAllowed = isAllowed
  provider.Client.prototype.postLogoutRedirectUriAllowed = isAllowed
  provider.use(refuseUnknown)
  provider.on('server_error', (_context, error) => log.error({ err: error }, 'a request failed'))
  const callback = provider.callback()
  return (request, response) =>
    request.url?.startsWith('/sign-in/')
      ? answerSignIn(provider, begun, request, response)
      : callback(request, response)
}

/** Grants everything that the demo's customer may do, without asking for consent. */
async function grantAll({ oidc: { provider, client, account } }: Context): Promise<unknown> {
  if (!client || !account) return undefined
  const allowed = demoCallers[account.accountId] ?? []
  const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId })
  grant.addOIDCScope('openid offline_access profile')
  grant.addResourceScope(RESOURCE, allowed.join(' '))
  grant.rejectResourceScope(RESOURCE, scopes.filter((scope) => !allowed.includes(scope)).join(' '))
  await grant.save()
  return grant
}

/** The library leaves paths that it does not know to `koa`, which answers with a text. */
async function refuseUnknown(context: Context, next: () => Promise<void>): Promise<void> {
  await next()
  if (context.status !== 404 || context.body != null) return
  const { headers, body } = refusal(context.get('accept'), 'There is nothing at this address.')
  context.status = 404
  for (const [name, value] of Object.entries(headers)) context.set(name, value)
  context.body = body
}

function show(context: Context, page: string): void {
  context.set('content-type', 'text/html; charset=utf-8')
  context.set('content-security-policy', pagePolicy)
  context.body = page
}
