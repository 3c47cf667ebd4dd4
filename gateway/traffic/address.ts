/** Reads the address of an instance: its URL, its credentials, and the parts that may be shown. */

interface Address {
  /** Scheme, host and port. */
  readonly origin: string
  /** Where operations are posted, query string included. */
  readonly path: string
  /**
   * `Basic` credentials from the address's user information. Never log, show, or send them beside a
   * caller's token.
   */
  readonly authorization: string | undefined
  /** Without user information and query string, which may be secret. */
  readonly shown: string
}

/** Whether a text is the address of a service: absolute, http or https. */
export const isAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '')

/**
 * @param defaultPath for a base address, which has no path
 * @throws TypeError if it is no URL
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

/** RFC 3986, section 2.1. An invalid encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
