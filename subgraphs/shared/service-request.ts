/** The gateway's headers of a request to a service; all but the language are signed. */
export interface ServiceRequest {
  /** When it was read, in milliseconds of `performance.now()`: it may wait for its turn since. */
  readonly arrived: number
  /** The caller's credentials; only stateful services get them. */
  readonly authorization: string | undefined
  /** `published` or `preview`: what the caller may see, decided by the gateway. */
  readonly perspective: string | undefined
  readonly acceptLanguage: string | undefined
  readonly requestId: string | undefined
  /** Claims of the caller's token, keyed by header. */
  readonly claims: Readonly<Record<string, string>>
}
