/**
 * Tells clients what their answer was made of, if they may ask for that: in `extensions.trace` of
 * the answer.
 */
import type { SchemaEdition } from '../edition/edition.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Trace } from '../exchange/trace.ts'
import { AROUND } from '../execution/answer/answer.ts'
import type { Tracing } from '../execution/trace/tracing.ts'
import type { ServiceKind } from '../traffic/call/kind.ts'
import { costOf } from './cost-report.ts'
import type { Execute } from './execute.ts'
import type { Budget } from './policies/budget.ts'

/** Costs nothing without a trace: not even a promise. */
export const withTraceReport =
  (next: Execute, budget: Budget): Execute =>
  (edition, exchange, operation, client) => {
    const answer = next(edition, exchange, operation, client)
    const { tracing } = exchange
    if (!tracing) return answer
    return answer.then(({ outcome }) => {
      const trace: Trace = {
        duration: tracing.now(),
        bytes: outcome.body ? outcome.body.length - AROUND : 0,
        cost: costOf(edition, exchange, operation, outcome, budget),
        calls: callsOf(tracing, edition, exchange),
      }
      // Another request has another trace.
      return { outcome: { ...outcome, extensions: { ...outcome.extensions, trace } }, keepable: undefined }
    })
  }

/** Services are asked for keys, too, which a variant may hide: its traces show no requests. */
function callsOf(tracing: Tracing, edition: SchemaEdition, { variant }: Exchange): Trace['calls'] {
  const calls = tracing.calls(kindsIn(edition))
  if (variant === undefined) return calls
  return calls.map(({ variables: _variables, ...call }) => ({ ...call, operation: '' }))
}

/** A service that is not known counts as stateful. */
function kindsIn({ traffic }: SchemaEdition): (service: string) => ServiceKind {
  const kinds = new Map(traffic.status().map(({ name, kind }) => [name, kind]))
  return (service) => kinds.get(service) ?? 'stateful'
}
