/** Prometheus metrics of answers to clients. */
import { Counter, Gauge, type Registry } from '../../platform/process/prometheus.ts'
import { isErrorCode } from '../../platform/protocol/errors.ts'
import type { Outcome } from '../exchange/outcome.ts'

/** Services can make up codes: each would be a series of its own. */
const labelOf = (code: unknown): string => (isErrorCode(code) ? code : 'OTHER')

/** Counts an answer by the code of its first error, or `OK`. */
export type CountAnswer = (outcome: Outcome) => void

/** @param openStreams called when metrics are collected */
export function createRequestMetrics(registry: Registry, openStreams: () => number): CountAnswer {
  let fine = 0 // answers not yet added to the counter: adding one costs as much as a policy
  const answers = new Counter({
    name: 'tributary_answers_total',
    help: 'Answers to clients, by the code of their first error',
    labelNames: ['code'],
    registers: [registry],
    collect() {
      this.labels('OK').inc(fine)
      fine = 0
    },
  })
  new Gauge({
    name: 'tributary_open_subscriptions',
    help: 'Subscriptions that clients follow now',
    registers: [registry],
    collect() {
      this.set(openStreams())
    },
  })
  return ({ errors }) => {
    if (!errors) fine += 1
    else answers.labels(labelOf(errors[0]?.extensions?.['code'])).inc()
  }
}
