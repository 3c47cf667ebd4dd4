/** What the gateway says about one request; all of it was signed except the language. */
export interface ServiceRequest {
  /** The caller's credentials; only stateful services ever get one. */
  readonly authorization: string | undefined
  /** `published` or `preview`: what the caller may see, decided by the gateway. */
  readonly perspective: string | undefined
  readonly acceptLanguage: string | undefined
  readonly requestId: string | undefined
}
