/** The messages between the primary process and its workers. Types only. */
import type { HttpError } from '../../platform/http/message/http-error.ts'
import type { LiveMap } from '../map/page/live-map.ts'
import type { Reading } from '../map/reading.ts'
import type { ServiceStatus } from '../traffic/traffic.ts'
import type { Metrics } from './metric-sums.ts'

/** A worker's commands with their inputs and outputs. */
export interface WorkerCommands {
  services: { input: null; output: readonly ServiceStatus[] }
  metrics: { input: null; output: Metrics }
  reading: { input: null; output: Reading }
  /** The id of the supergraph that serves. */
  supergraphId: { input: null; output: string }
  purge: { input: readonly string[]; output: null }
  replaceSupergraph: { input: string; output: string }
}

export type CommandName = keyof WorkerCommands

export type CommandMessage = {
  readonly [Name in CommandName]: {
    readonly type: 'command'
    readonly id: number
    readonly name: Name
    readonly input: WorkerCommands[Name]['input']
  }
}[CommandName]

export type OutcomeMessage =
  | { readonly type: 'outcome'; readonly id: number; readonly output: unknown }
  | {
      readonly type: 'outcome'
      readonly id: number
      readonly refused: Pick<HttpError, 'status' | 'code' | 'message'>
    }
  | { readonly type: 'outcome'; readonly id: number; readonly failed: string }

/** A worker's request to the primary for the map of all workers. */
export interface MapRequest {
  readonly type: 'map?'
  readonly id: number
}

export interface MapMessage {
  readonly type: 'map'
  readonly id: number
  /** `null` if there is none now. */
  readonly map: LiveMap | null
}
