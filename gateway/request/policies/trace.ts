/**
 * Begins the trace of a request that asks for one with `extensions: {trace: true}`. Traces show the
 * operator's services, so they are not for everybody.
 */
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Policy } from '../../exchange/exchange.ts'
import { createTracing } from '../../execution/trace/tracing.ts'

const SCOPE = 'gateway:trace'

/** @param isDemo every caller may ask */
export const allowTrace =
  (isDemo: boolean): Policy =>
  (exchange) => {
    if (exchange.parameters.extensions?.['trace'] !== true) return
    if (!isDemo && !exchange.caller?.scopes.has(SCOPE))
      throw codedError('FORBIDDEN', `A trace is for callers with the scope "${SCOPE}" only.`)
    exchange.tracing = createTracing(exchange.started)
  }
