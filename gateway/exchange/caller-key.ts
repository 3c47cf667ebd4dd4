/**
 * Identifies a caller: by the verified subject, otherwise by the API client, otherwise by the
 * address (of IPv6 the /64 network). For budgets, limits and the log only.
 */
import { addressGroup } from '../../platform/http/message/client-address.ts'
import type { Exchange } from './exchange.ts'

type Known = Pick<Exchange, 'caller' | 'request' | 'apiClient'>

export function callerOf({ caller, request, apiClient }: Known): string {
  if (apiClient !== undefined) return caller ? `caller ${caller.id} by ${apiClient}` : `client ${apiClient}`
  return caller ? `caller ${caller.id}` : `address ${addressGroup(request.address() ?? 'unknown')}`
}
