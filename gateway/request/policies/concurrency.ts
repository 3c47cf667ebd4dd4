/** Bounds what one caller executes at once. The rest waits in order, and delays no other caller. */

import { codedError } from '../../../platform/protocol/errors.ts'
import type { KnownOperation } from '../../document/documents.ts'
import { callerOf } from '../../exchange/caller-key.ts'
import type { Client } from '../../exchange/client.ts'
import type { Exchange } from '../../exchange/exchange.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import type { Measuring } from '../../limits/measuring.ts'

/**
 * Runs `work` when it is its caller's turn. @throws BUDGET_EXHAUSTED with `retryAfter` if too much
 * waits already
 */
export type LimitConcurrency = <Result>(
  exchange: Exchange,
  operation: KnownOperation,
  client: Client,
  work: () => Promise<Result>,
) => Promise<Result>

interface Waiting {
  readonly cost: number
  readonly enter: () => void
}

interface CallersWork {
  operations: number
  cost: number
  readonly waiting: Waiting[]
}

type TurnLimits = Pick<Limits, 'operationsInWork' | 'costInWork' | 'operationsWaiting'>

const RETRY_AFTER = 1 // seconds

/** @throws BUDGET_EXHAUSTED with `retryAfter` if the caller's maximum waits already */
export function requireRoom(waiting: number, operationsWaiting: number): void {
  if (waiting < operationsWaiting) return
  const message = `${operationsWaiting} operations of this caller wait already; try again in ${RETRY_AFTER} s.`
  throw overLimit('operationsWaiting', message, 'BUDGET_EXHAUSTED', { retryAfter: RETRY_AFTER })
}

/** @param measuring reports what would have waited */
export function createConcurrencyLimit(
  { operationsInWork, costInWork, operationsWaiting }: TurnLimits,
  measuring?: Measuring,
): LimitConcurrency {
  const measures = measuring && (measuring.names.has('operationsInWork') || measuring.names.has('costInWork'))
  if (!measures && !Number.isFinite(operationsInWork) && !Number.isFinite(costInWork))
    return (_exchange, _operation, _client, work) => work()
  /** Callers with executing operations. */
  const callers = new Map<string, CallersWork>()

  // An operation over the total cost runs alone.
  const fits = ({ operations, cost }: CallersWork, more: number): boolean =>
    operations === 0 || (operations < operationsInWork && cost + more <= costInWork)

  const measure = ({ operations, cost }: CallersWork, more: number, caller: string): void => {
    if (!measuring || operations === 0) return
    if (operations >= measuring.limits.operationsInWork) measuring.report('operationsInWork', caller)
    if (cost + more > measuring.limits.costInWork) measuring.report('costInWork', caller)
  }

  const begin = (own: CallersWork, cost: number): void => {
    own.operations += 1
    own.cost += cost
  }
  const end = (key: string, own: CallersWork, cost: number): void => {
    own.operations -= 1
    own.cost -= cost
    for (let [first] = own.waiting; first && fits(own, first.cost); [first] = own.waiting) {
      own.waiting.shift()
      begin(own, first.cost)
      first.enter()
    }
    if (own.operations === 0) callers.delete(key)
  }

  const wait = async (cost: number, own: CallersWork): Promise<void> => {
    requireRoom(own.waiting.length, operationsWaiting)
    await new Promise<void>((enter) => own.waiting.push({ cost, enter }))
  }

  return async (exchange, { definition }, client, work) => {
    const key = callerOf(exchange)
    const { cost } = exchange
    let own = callers.get(key)
    if (!own) {
      own = { operations: 0, cost: 0, waiting: [] }
      callers.set(key, own)
    }
    if (measures) measure(own, cost, key)
    const mayBegin = own.waiting.length === 0 && fits(own, cost)
    if (mayBegin) begin(own, cost)
    else await wait(cost, own)
    try {
      // A mutation runs even if its client has left.
      if (!mayBegin && definition.operation === 'query' && client.isClosed())
        throw codedError('SERVICE_UNAVAILABLE', 'The client left before its turn.')
      return await work()
    } finally {
      end(key, own, cost)
    }
  }
}
