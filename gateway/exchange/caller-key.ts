/**
 * Identifies a caller: by the verified subject, otherwise by the address (of IPv6 the /64 network).
 * For budgets, limits and the log only.
 */
import { addressGroup } from '../../platform/http/message/client-address.ts'
import type { Exchange } from './exchange.ts'

export const callerOf = ({ caller, request }: Pick<Exchange, 'caller' | 'request'>): string =>
  caller ? `caller ${caller.id}` : `address ${addressGroup(request.address() ?? 'unknown')}`
