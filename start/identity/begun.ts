/**
 * Remembers where sign-ins lead, so that "back" after one does not end at a dead page. Addresses
 * come from requests that the provider accepted, never from the current request.
 */
const MOST = 1_000 // as many as the provider keeps; the oldest are forgotten

export interface Begun {
  /** @param url the accepted `redirect_uri` */
  remember(id: string, url: string): void
  /** `undefined` of one that was not begun here, or too long ago. */
  applicationOf(id: string): string | undefined
}

export function rememberBegun(): Begun {
  const urls = new Map<string, string>()
  return {
    remember(id, url) {
      urls.set(id, url)
      for (const oldest of urls.keys()) {
        if (urls.size <= MOST) break
        urls.delete(oldest)
      }
    },
    applicationOf: (id) => urls.get(id),
  }
}
