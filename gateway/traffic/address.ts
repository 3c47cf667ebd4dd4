/** Reads the address of an instance: where it is called, as whom, and what of it may be shown. */

export interface Address {
  /** Scheme, host and port. */
  readonly origin: string
  /** Where operations are posted, query string included. */
  readonly path: string
  /**
   * Of the address's user information, as `Basic` has it. Never to be logged, shown, or sent beside
   * a caller's token.
   */
  readonly authorization: string | undefined
  /** Without user information and query string, which may be secret. */
  readonly shown: string
}

/** Of services: absolute, http or https. */
export const isAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '')

/**
 * Uses the address as it is. @param defaultPath of a base address, which has none
 * @throws TypeError where it is no URL
 */
export function readAddress(text: string, defaultPath = '/'): Address {
  const { origin, pathname, search, username, password } = new URL(text)
  const credentials = `${decoded(username)}:${decoded(password)}`
  return {
    origin,
    path: (pathname === '/' ? defaultPath : pathname) + search,
    authorization: credentials === ':' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
    shown: pathname === '/' ? origin : origin + pathname,
  }
}

/** RFC 3986, section 2.1. What is no encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
