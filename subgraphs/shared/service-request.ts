/** What the gateway tells a service of one request; all but the language is signed. */
export interface ServiceRequest {
  /** The caller's credentials; only stateful services get them. */
  readonly authorization: string | undefined
  /** `published` or `preview`: what the caller may see, decided by the gateway. */
  readonly perspective: string | undefined
  readonly acceptLanguage: string | undefined
  readonly requestId: string | undefined
  /** By header: what it tells of the caller's token. */
  readonly claims: Readonly<Record<string, string>>
}
