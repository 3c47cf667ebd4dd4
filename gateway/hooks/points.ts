/** The points of a request at which a coprocessor is asked: those of hooks, and further ones. */
import type { HookAnswer, HookOperation, HookRequest, HookSettings } from '../config/sections/hooks.ts'
import type { Parameters } from '../exchange/exchange.ts'
import type { Message } from '../request/respond.ts'

type Returns = void | Promise<void>

export interface Arrival {
  /** Whether it is told the body. */
  readonly readsBody: boolean
  /**
   * Gives the body that is read in its place; `undefined` for no change.
   * @param body absent where it is not told, and of what has none: GET, and WebSockets
   */
  run(request: HookRequest, body: string | undefined): Promise<string | undefined>
}

export interface HookPoints extends HookSettings {
  /** Once a request came, before anything is known of it. */
  readonly onArrival?: Arrival | undefined
  /**
   * Once the text of an operation is known, before it is read. Gives what is read in its place;
   * `undefined` for no change.
   */
  readonly onParameters?:
    | ((request: HookRequest, parameters: Parameters) => Promise<Parameters | undefined>)
    | undefined
  /** Once an operation has its plan and knows what it may see, before the first call. */
  readonly onExecution?: ((operation: HookOperation) => Returns) | undefined
  /** Once it has run, before anything else sees the answer. */
  readonly onExecuted?: ((answer: HookAnswer) => Returns) | undefined
  /** Before an answer or a refusal is sent by HTTP; gives what is sent. */
  readonly onResponse?: ((request: HookRequest, message: Message) => Promise<Message>) | undefined
}
