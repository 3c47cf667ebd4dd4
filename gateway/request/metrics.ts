/** What clients were answered, in figures, in Prometheus' format. Counts only; nothing is decided by it. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Outcome } from './host.ts'

/** Counts an answer by the code of its first error, `OK` where it has none. */
export type CountAnswer = (outcome: Outcome) => void

/** @param openStreams asked whenever figures are */
export function createRequestMetrics(registry: Registry, openStreams: () => number): CountAnswer {
  const answers = new Counter({
    name: 'tributary_answers_total',
    help: 'Answers to clients, by the code of their first error',
    labelNames: ['code'],
    registers: [registry],
  })
  new Gauge({
    name: 'tributary_open_subscriptions',
    help: 'Subscriptions that clients follow now',
    registers: [registry],
    collect() {
      this.set(openStreams())
    },
  })
  const fine = answers.labels('OK')
  return ({ errors }) => {
    if (!errors) fine.inc()
    else answers.labels(String(errors[0]?.extensions?.['code'])).inc()
  }
}
