/**
 * What the gateway tells the playground's page. Types only: the page is bundled for browsers and
 * the server is not.
 */

export interface PlaygroundTab {
  /** A GraphQL document. */
  readonly query: string
  /** JSON text, or empty. */
  readonly variables: string
  /** Of a subscription: which service tells it, and where others join. */
  readonly joins?: readonly JoinOfTab[]
}

/** From here on a service gives the fields, up to the next. */
export interface JoinOfTab {
  /** In the answer: `accountActivity.account.product.terms`. */
  readonly path: string
  readonly service: string
}

export interface ServiceOfGraph {
  readonly name: string
  readonly kind: 'stateful' | 'stateless'
}

export interface PlaygroundSettings {
  /** The path of its operations: that of the whole schema, or of a contract variant. */
  readonly path: string
  readonly tabs: readonly PlaygroundTab[]
  readonly services: readonly ServiceOfGraph[]
  /** Who can sign in without a password; empty unless the demo identity is in use. */
  readonly callers: readonly string[]
  /** Where one signs in who has signed out; `undefined` unless `npm start` runs it. */
  readonly provider?: ProviderOfDemo | undefined
  /** Whether `/demo/services` is there. */
  readonly canStop: boolean
}

/** The demo's OpenID Connect provider. */
export interface ProviderOfDemo {
  readonly issuer: string
  /** All that its customers may do. */
  readonly scope: string
}

/** The answer of `POST /demo/token`. */
export interface DemoToken {
  readonly token: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}
