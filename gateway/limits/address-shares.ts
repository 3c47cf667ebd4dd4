/** What the clients of one address may have at once. */
import type { IncomingMessage } from 'node:http'
import { addressGroup, type ClientAddress } from '../../platform/http/message/client-address.ts'
import type { Limits } from './limits.ts'
import type { Measuring } from './measuring.ts'
import type { ReportLimit } from './report.ts'
import { createShares, measureShares } from './shares.ts'

type AddressLimit = 'filesPerAddress' | 'socketsPerAddress'

interface AddressOptions<Name extends AddressLimit> {
  readonly clientAddress: ClientAddress
  readonly limits: Pick<Limits, Name>
  readonly measuring: Measuring | undefined
  readonly reportLimit: ReportLimit
}

/**
 * Takes one for the client of a request. The returned function gives it back: call it once.
 * `undefined` where its address has the maximum, which is reported.
 */
type TakeForAddress = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => (() => void) | undefined

/**
 * @param options read for each: a new configuration may measure what the last one enforced
 * @param taken what addresses have already, if a configuration before counts it, too
 */
export function createAddressShares<Name extends AddressLimit>(
  name: Name,
  options: AddressOptions<Name>,
  taken = new Map<string, number>(),
): TakeForAddress {
  const { clientAddress, reportLimit } = options
  return ({ socket, headers }) => {
    const { limits, measuring } = options
    const shares = measuring?.names.has(name)
      ? measureShares(measuring.limits[name], (holder) => measuring.report(name, holder), taken)
      : createShares(limits[name], taken)
    const holder = `address ${addressGroup(clientAddress(socket.remoteAddress, headers) ?? 'unknown')}`
    if (shares.take(holder)) return () => shares.giveBack(holder)
    reportLimit(name, holder)
    return undefined
  }
}
