/**
 * The IP address of a request's client: the peer's, or, if the peer is a trusted proxy, the one
 * that it reports in `X-Forwarded-For` or `Forwarded` (RFC 7239). Anybody can send these headers,
 * so only what trusted proxies wrote counts.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js' // MIT, no dependencies

/** @param peer the connection's remote IP address; `undefined` once it is closed */
export type ClientAddress = (peer: string | undefined, headers: Readonly<IncomingHttpHeaders>) => string | undefined

type Address = ReturnType<typeof ipaddr.process>

const MAX_HOPS = 16 // proxies between client and gateway

/** True for an IP address and for a network such as `10.0.0.0/8`. */
export const isNetwork = (text: string): boolean => parse(text) !== undefined || ipaddr.isValidCIDR(text)

/** @param proxies trusted IP addresses and networks */
export function createClientAddress(proxies: readonly string[]): ClientAddress {
  if (proxies.length === 0) return (peer) => peer
  const networks = proxies.map(networkOf)
  const isProxy = (address: Address): boolean =>
    networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))

  /**
   * The first address from the right that is not a proxy's; `undefined` if anything but an address
   * precedes it.
   */
  const firstForeign = (list: string, addressIn: (hop: string) => string | undefined): string | undefined => {
    let end = list.length
    let farthest: string | undefined
    for (let hops = 0; end >= 0 && hops < MAX_HOPS; hops += 1) {
      const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1)
      const text = addressIn(list.slice(comma + 1, end).trim())
      const address = text === undefined ? undefined : parse(text)
      if (!address) return undefined
      farthest = address.toString()
      if (!isProxy(address)) return farthest
      end = comma
    }
    return end < 0 ? farthest : undefined
  }

  return (peer, headers) => {
    const own = peer === undefined ? undefined : parse(peer)
    if (!own || !isProxy(own)) return peer
    const chain = headers['x-forwarded-for']?.toString()
    const byChain = chain === undefined ? undefined : firstForeign(chain, withoutPort)
    if (headers.forwarded === undefined) return byChain ?? peer
    const byForwarded = firstForeign(headers.forwarded, forwardedFor)
    // If both are present they must agree: a proxy that writes one passes on the client's other.
    return (chain === undefined || byChain === byForwarded ? byForwarded : undefined) ?? peer
  }
}

/** Without its zone, a network interface of whoever wrote it, which may have any name. */
function parse(text: string): Address | undefined {
  const [bare = ''] = text.split('%', 1)
  return isIP(text) !== 0 && ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined
}

function networkOf(text: string): [Address, number] {
  if (!ipaddr.isValidCIDR(text)) {
    const address = parse(text) ?? ipaddr.process(text)
    return [address, address.toByteArray().length * 8]
  }
  const [network, bits] = ipaddr.parseCIDR(text)
  // Every address is compared as IPv4 if it can be.
  const isIPv4 = 'isIPv4MappedAddress' in network && network.isIPv4MappedAddress() && bits >= PREFIX_OF_IPV4
  return isIPv4 ? [network.toIPv4Address(), bits - PREFIX_OF_IPV4] : [network, bits]
}

const PREFIX_OF_IPV4 = 96 // bits before an IPv4 address that is written as IPv6

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`. */
function withoutPort(text: string): string | undefined {
  const [, inBrackets, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(text) ?? []
  return inBrackets ?? plain ?? text
}

/** The `for` of one element: `for=192.0.2.1;proto=https` or `For="[2001:db8::1]:4711"`. */
function forwardedFor(element: string): string | undefined {
  for (const pair of element.split(';')) {
    const [, quoted, token] = /^for=(?:"([^"\\]*)"|([^\s"]*))$/i.exec(pair.trim()) ?? []
    const node = quoted ?? token
    if (node !== undefined) return withoutPort(node)
  }
  return undefined
}

/** What counts as one caller: an IPv4 address, or the /64 network that an IPv6 subscriber gets. */
export function addressGroup(address: string): string {
  const parsed = address.includes(':') ? parse(address) : undefined
  if (!parsed) return address
  if (!('parts' in parsed)) return parsed.toString()
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
