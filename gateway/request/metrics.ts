/** What clients were answered, in figures, in Prometheus' format. Counts only; nothing is decided by it. */
import { Counter, Gauge, type Registry } from '../../platform/process/prometheus.ts'
import type { Outcome } from '../exchange/outcome.ts'

/** Counts an answer by the code of its first error, `OK` where it has none. */
export type CountAnswer = (outcome: Outcome) => void

/** @param openStreams asked whenever figures are */
export function createRequestMetrics(registry: Registry, openStreams: () => number): CountAnswer {
  let fine = 0 // answers that are not counted yet: adding one up costs as much as a policy
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
    else answers.labels(String(errors[0]?.extensions?.['code'])).inc()
  }
}
