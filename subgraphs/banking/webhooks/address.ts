/**
 * Allows webhooks to public addresses only, so that none reaches the bank's own network (SSRF). A
 * name is checked by its addresses when the connection is made, so changing them later does not
 * help an attacker.
 */
import type { LookupAddress } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js' // MIT, no dependencies; knows every reserved range

const MAX_URL = 2_048 // characters

/** The code of the error a refused address ends in. */
export const ADDRESS_REFUSED = 'ADDRESS_REFUSED'

/**
 * The only assigned part of global IPv6 (RFC 4291, section 2.5.4). Embedded IPv4 addresses lie
 * outside, or have a range of their own.
 */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * True for global unicast addresses: no loopback, private, shared, multicast, documentation, mapped
 * or tunnel range.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_IPV6))
}

/** A host in a URL, as an IP address without brackets; undefined for a name. */
const literalOf = (hostname: string): string | undefined => {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return ipaddr.isValid(bare) ? bare : undefined
}

/**
 * Why the bank does not call `text`; undefined if it does.
 * @param allowPrivate for tests and closed networks: also plain HTTP and private addresses
 */
export function faultOfUrl(text: string, allowPrivate: boolean): string | undefined {
  const url = text.length <= MAX_URL ? URL.parse(text) : null
  if (!url) return `must be an absolute URL of at most ${MAX_URL} characters`
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) return 'must begin with https://'
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    return 'must have neither credentials nor a fragment'
  const literal = literalOf(url.hostname)
  const isLocal = /(^|\.)localhost\.?$/.test(url.hostname)
  if (!allowPrivate && (isLocal || (literal !== undefined && !isPublicAddress(literal))))
    return 'must be a public address'
  return undefined
}

const LOOKUP = { timeout: 2_000, tries: 2 } // milliseconds of the first try; the second one takes twice as long

/**
 * Resolves names for outgoing connections, and fails if any of a name's addresses is not public.
 * Asks name servers directly: the system's resolver looks up only two names at a time, so one
 * customer's slow name servers would delay all others.
 */
export function createPublicLookup(resolver: Resolver = new Resolver(LOOKUP)): LookupFunction {
  return (hostname, options, callback) => {
    findAll(resolver, hostname, options.family).then(
      (addresses) => {
        const [first] = addresses
        if (!first || !addresses.every(({ address }) => isPublicAddress(address))) callback(refusal(), '', 0)
        else if (options.all) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

/** Addresses of both families, or of one. Rejects if no server knows an address. */
async function findAll(
  resolver: Resolver,
  hostname: string,
  only: number | string | undefined,
): Promise<readonly LookupAddress[]> {
  const families = ([4, 6] as const).filter((family) => !only || `${only}`.endsWith(`${family}`))
  const found = await Promise.allSettled(
    families.map(async (family) => {
      const addresses = await (family === 4 ? resolver.resolve4(hostname) : resolver.resolve6(hostname))
      return addresses.map((address) => ({ address, family }))
    }),
  )
  const addresses = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  const failure = found.find((one) => one.status === 'rejected')
  if (addresses.length === 0 && failure) throw failure.reason
  return addresses
}

const refusal = (): NodeJS.ErrnoException =>
  Object.assign(new Error('The name does not resolve to public addresses only.'), { code: ADDRESS_REFUSED })
