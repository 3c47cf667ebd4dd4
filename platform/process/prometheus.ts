/** Loads only the parts of the Prometheus client that are used. */
import { createRequire } from 'node:module'
import type * as client from 'prom-client' // Apache-2.0; the Prometheus client of the Node field

/** The content type of what a registry writes. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export type Registry = client.Registry
export type Counter<Label extends string = string> = client.Counter<Label>
export type Gauge<Label extends string = string> = client.Gauge<Label>
export type Histogram<Label extends string = string> = client.Histogram<Label>

// Its index also loads a push gateway (with TLS and certificates) and OpenTelemetry: 5 MB.
const load = createRequire(import.meta.url)

export const Registry: typeof client.Registry = load('prom-client/lib/registry.js')
export const Counter: typeof client.Counter = load('prom-client/lib/counter.js')
export const Gauge: typeof client.Gauge = load('prom-client/lib/gauge.js')
export const Histogram: typeof client.Histogram = load('prom-client/lib/histogram.js')
/** Sums the metrics of several processes. */
export const AggregatorRegistry: typeof client.AggregatorRegistry = load('prom-client/lib/cluster.js')
