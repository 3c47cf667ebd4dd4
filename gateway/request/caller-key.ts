/** By what a caller is told from others: the verified subject, else the address. For budgets, limits and the log only. */
import type { Exchange } from './exchange.ts'

export const callerOf = ({ caller, request }: Pick<Exchange, 'caller' | 'request'>): string =>
  caller ? `caller ${caller.id}` : `address ${request.address()}`
