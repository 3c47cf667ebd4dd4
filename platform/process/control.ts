/**
 * The protocol between the supervisor of `npm start` and the gateway of its demo: which processes
 * run, and which of them to stop and to start. JSON over HTTP on loopback, with a token made at
 * each start.
 */
import { z } from 'zod'

/** Where the supervisor listens, and what it asks for. */
export interface ControlAddress {
  readonly url: string
  readonly token: string
}

/** `stopping` and `starting` pass; a process that died counts as starting. */
export type RunState = 'starting' | 'running' | 'stopping' | 'stopped'

/** The answer of GET and POST. */
export type ControlledServices = readonly ControlledService[]

export interface ControlledService {
  readonly name: string
  readonly kind: 'stateful' | 'stateless'
  readonly instances: readonly { readonly url: string; readonly state: RunState }[]
}

/** The body of POST. */
export const controlRequest = z.strictObject({
  name: z.string(),
  /** From 0; without it, all instances. */
  instance: z.int().min(0).optional(),
  action: z.enum(['stop', 'start']),
})

export type ControlRequest = z.output<typeof controlRequest>
