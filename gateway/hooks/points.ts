/** The points of a request at which a coprocessor is called: those of hooks, and more. */
import type { HookAnswer, HookOperation, HookRequest, HookSettings } from '../config/sections/hooks.ts'
import type { Parameters } from '../exchange/exchange.ts'
import type { Message } from '../request/respond.ts'

type Returns = void | Promise<void>

export interface Arrival {
  /** Whether it gets the body. */
  readonly readsBody: boolean
  /**
   * Returns the body to use instead; `undefined` for no change.
   * @param hasBody false for GET and WebSockets, whose requests have none to replace
   * @param body absent if `readsBody` or `hasBody` is false
   */
  run(request: HookRequest, hasBody: boolean, body: string | undefined): Promise<string | undefined>
}

export interface HookPoints extends HookSettings {
  /** When a request arrives, before anything is known about it. */
  readonly onArrival?: Arrival | undefined
  /**
   * When the text of an operation is known, before it is parsed. Returns the operation to use
   * instead; `undefined` for no change.
   */
  readonly onParameters?:
    | ((request: HookRequest, parameters: Parameters) => Promise<Parameters | undefined>)
    | undefined
  /** When an operation has its plan and access is decided, before the first call. */
  readonly onExecution?: ((operation: HookOperation) => Returns) | undefined
  /** When it has run, before anything else sees the answer. */
  readonly onExecuted?: ((answer: HookAnswer) => Returns) | undefined
  /** Before an answer or a refusal is sent by HTTP; returns what is sent. */
  readonly onResponse?: ((request: HookRequest, message: Message) => Promise<Message>) | undefined
}
