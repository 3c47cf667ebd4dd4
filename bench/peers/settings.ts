/**
 * The settings of a peer, from `gateway/contestants.ts`. No other module of the peers reads the
 * environment.
 */

interface Service {
  readonly name: string
  readonly url: string
  /** Path of its SDL. */
  readonly schema: string
}

const { SUPERGRAPH, SERVICES, PLANNER } = process.env

/** Path of the supergraph. */
export const supergraph = SUPERGRAPH ?? ''
export const services = JSON.parse(SERVICES ?? '[]') as readonly Service[]
/** True for Hive's planner in Rust. */
export const inRust = PLANNER === 'rust'
