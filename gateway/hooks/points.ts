/** The points of a request at which a coprocessor is asked: those of hooks, and further ones. */
import type { HookAnswer, HookOperation, HookRequest, HookSettings } from '../config/sections/hooks.ts'
import type { Message } from '../request/respond.ts'

type Returns = void | Promise<void>

export interface HookPoints extends HookSettings {
  /** Once an operation has its plan and knows what it may see, before the first call. */
  readonly onExecution?: ((operation: HookOperation) => Returns) | undefined
  /** Once it has run, before anything else sees the answer. */
  readonly onExecuted?: ((answer: HookAnswer) => Returns) | undefined
  /** Before an answer or a refusal is sent by HTTP; gives what is sent. */
  readonly onResponse?: ((request: HookRequest, message: Message) => Promise<Message>) | undefined
}
