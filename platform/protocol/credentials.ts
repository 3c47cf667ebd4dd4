/**
 * Where a request carries its token: a header, or a cookie. Whatever they are, what comes of it is
 * `Bearer` and the token, as services are told it.
 */
import type { HttpRequest } from '../http/message/message.ts'
import type { TokenSettings } from './identity-settings.ts'

type Headers = HttpRequest['headers']

/** The value of `Authorization` for the services; `undefined` for a request without a token. */
export type CredentialsOf = (headers: Headers) => string | undefined

/** Is no token, and is refused as one that is malformed. */
const MALFORMED = 'Bearer'

/**
 * @param mayUseCookie whether no page of another site can have made a request: browsers send
 * cookies by themselves
 */
export function createCredentials(
  { header, cookie }: TokenSettings,
  mayUseCookie: (headers: Headers) => boolean,
): CredentialsOf {
  const fromHeader = header.name === 'authorization' && isBearer(header.scheme) ? authorizationOf : named(header)
  if (!cookie) return fromHeader
  return (headers) => {
    const given = fromHeader(headers)
    if (given !== undefined) return given
    const value = cookieOf(headers.cookie, cookie.name)
    return value !== undefined && mayUseCookie(headers) ? value : undefined
  }
}

/** As it was sent. Front ends whose user is signed out often send an empty one. */
export const authorizationOf: CredentialsOf = ({ authorization }) => authorization || undefined

const isBearer = (scheme: string): boolean => scheme.toLowerCase() === 'bearer'

function named({ name, scheme }: TokenSettings['header']): CredentialsOf {
  const before = scheme === '' ? '' : `${scheme.toLowerCase()} `
  return (headers) => {
    const value = headers[name]
    if (value === undefined || value === '') return undefined
    if (typeof value !== 'string' || !value.toLowerCase().startsWith(before)) return MALFORMED
    return `Bearer ${value.slice(before.length)}`
  }
}

/** Several of one name are refused: another host of the site may have added one (RFC 6265, 8.6). */
function cookieOf(cookies: string | undefined, name: string): string | undefined {
  let found: string | undefined
  for (const part of cookies?.split(';') ?? []) {
    const equals = part.indexOf('=')
    if (equals < 0 || part.slice(0, equals).trim() !== name) continue
    const value = part
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1') // as RFC 6265 allows
    if (value === '') continue
    if (found !== undefined && found !== value) return MALFORMED
    found = value
  }
  return found === undefined ? undefined : `Bearer ${found}`
}
