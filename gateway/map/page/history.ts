/** The last minute of figures, of which the charts are drawn. */
import type { LiveMap } from './live-map.ts'

const KEPT = 60 // maps, of a second each

interface Moment {
  readonly requests: number
  readonly errors: number
  readonly p99: number
  /** Calls by service. */
  readonly calls: Readonly<Record<string, number>>
}

export interface Seen {
  /** The latest one. */
  readonly map: LiveMap | undefined
  /** The oldest first. */
  readonly moments: readonly Moment[]
}

export const NOTHING_SEEN: Seen = { map: undefined, moments: [] }

export function see({ moments }: Seen, map: LiveMap): Seen {
  const { requests, errors, p99 } = map.gateway
  const calls = Object.fromEntries(map.services.map((service) => [service.name, callsTo(service)]))
  return { map, moments: [...moments, { requests, errors, p99: p99 ?? 0, calls }].slice(-KEPT) }
}

export const callsTo = ({ instances }: LiveMap['services'][number]): number =>
  instances.reduce((sum, { requests }) => sum + requests, 0)
