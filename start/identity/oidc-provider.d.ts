/** The used types of `oidc-provider`, which has none of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Client {
    readonly clientId: string
    redirectUriAllowed(uri: string): boolean
    postLogoutRedirectUriAllowed(uri: string): boolean
  }

  class Grant {
    constructor(properties: { accountId: string; clientId: string })
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    rejectResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  /** A sign-in under way. */
  export interface Interaction {
    readonly uid: string
    readonly params: Readonly<Record<string, unknown>>
  }

  /** A request, in `koa`'s words a context. */
  export interface Context {
    body: unknown
    status: number
    /** A header of the request; empty if absent. */
    get(name: string): string
    set(name: string, value: string): void
    readonly oidc: {
      readonly client?: Client
      readonly account?: { readonly accountId: string }
      readonly provider: Provider
    }
  }

  export default class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    readonly Client: { prototype: Client }
    readonly Grant: typeof Grant
    readonly Interaction: { find(uid: string): Promise<Interaction | undefined> }
    /** Runs before the provider's own routes. */
    use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Readonly<Record<string, unknown>>,
    ): Promise<void>
    on(event: string, listener: (context: Context, error: Error) => void): void
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  /** Keeps the thousand entries that were used last. */
  const MemoryAdapter: new (name: string) => object
  export default MemoryAdapter
}
