/** Figures of answers to clients: how many, how long they took, and how many had errors. */
import { Counter, Gauge, type Registry } from '../../platform/process/prometheus.ts'
import { isErrorCode } from '../../platform/protocol/errors.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Outcome } from '../exchange/outcome.ts'
import type { Stages } from '../execution/plan/stages.ts'
import { createDurations, type Durations } from '../figures/durations.ts'
import { exportCounts, exportDurations } from '../figures/export.ts'
import { type ByLabel, byLabel, createLabels, MOST_CLIENTS, MOST_OPERATIONS, MOST_VARIANTS } from '../figures/labels.ts'
import { createTally, type Tally } from '../figures/recent.ts'

/** Services can invent codes, and each would be a series of its own. */
const labelOf = (code: unknown): string => (isErrorCode(code) ? code : 'OTHER')

/** Counts an answer. */
export type CountAnswer = (outcome: Outcome, exchange: Exchange) => void

/** Reads the name that a client gives itself. */
type NameOf = (exchange: Exchange) => string | undefined

/** Figures of one operation. */
interface OperationFigures {
  readonly durations: Durations
  /** The plan of its last run; `undefined` before the first. */
  stages: Stages | undefined
}

export interface RequestMetrics {
  /** Figures by name: `refused` where no operation was admitted. */
  readonly operations: ByLabel<OperationFigures>
  /** Requests that were answered with the execution of another. */
  readonly shared: Tally
  /** Names of operations and clients that others cannot push out. */
  reserve(names: { readonly operations: Iterable<string>; readonly clients: Iterable<string> }): void
  counter(clientName: NameOf): CountAnswer
}

const REFUSED = 'refused'

/** @param openStreams called when metrics are collected */
export function createRequestMetrics(registry: Registry, openStreams: () => number): RequestMetrics {
  const countCode = countCodes(registry)
  const operationNames = createLabels(MOST_OPERATIONS)
  operationNames.reserve([REFUSED])
  const clientNames = createLabels(MOST_CLIENTS)
  const operations = byLabel<OperationFigures>(operationNames, () => ({
    durations: createDurations(),
    stages: undefined,
  }))
  const clients = byLabel(clientNames, createDurations)
  const variants = byLabel(createLabels(MOST_VARIANTS), createDurations)
  const shared = createTally()
  exportByName(registry, 'operation', 'of this name', () =>
    Array.from(operations.entries(), ([name, { durations }]) => [name, durations] as const),
  )
  exportByName(registry, 'client', 'of this client', clients.entries)
  exportByName(registry, 'variant', 'of this contract variant', variants.entries)
  exportCounts(registry, {
    name: 'tributary_shared_requests_total',
    help: 'Requests answered with the execution of an identical one',
    labelNames: [],
    read: () => [[{}, shared.total]],
  })
  new Gauge({
    name: 'tributary_open_subscriptions',
    help: 'Subscriptions that clients follow now',
    registers: [registry],
    collect() {
      this.set(openStreams())
    },
  })
  return {
    operations,
    shared,
    reserve(names) {
      operationNames.reserve(names.operations)
      clientNames.reserve(names.clients)
    },
    counter: (clientName) => (outcome, exchange) => {
      countCode(outcome)
      const now = performance.now()
      const took = now - exchange.started
      if (exchange.isShared) shared.add(1, now)
      const { definition, stages } = exchange
      const operation = operations.of(definition ? definition.name?.value : REFUSED)
      const client = clients.of(clientName(exchange))
      const variant = exchange.variant === undefined ? undefined : variants.of(exchange.variant)
      operation.durations.record(took, now)
      client.record(took, now)
      variant?.record(took, now)
      if (stages) operation.stages = stages
      if (!outcome.errors) return
      operation.durations.fail(now)
      client.fail(now)
      variant?.fail(now)
    },
  }
}

/** Counts answers by the code of their first error, or `OK`. */
function countCodes(registry: Registry): (outcome: Outcome) => void {
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
  return ({ errors }) => {
    if (!errors) fine += 1
    else answers.labels(labelOf(errors[0]?.extensions?.['code'])).inc()
  }
}

function exportByName(
  registry: Registry,
  label: 'operation' | 'client' | 'variant',
  of: string,
  entries: () => Iterable<readonly [string, Durations]>,
): void {
  exportDurations(registry, {
    name: `tributary_${label}_seconds`,
    help: `How long answers to requests ${of} took, from arrival to the last byte handed over`,
    labelNames: [label],
    read: () => Array.from(entries(), ([name, durations]) => [{ [label]: name }, durations]),
  })
  exportCounts(registry, {
    name: `tributary_${label}_errors_total`,
    help: `Answers to requests ${of} that had an error`,
    labelNames: [label],
    read: () => Array.from(entries(), ([name, { total }]) => [{ [label]: name }, total.failed]),
  })
}
