/**
 * `extensions.trace`: how an answer was made, for callers who may see it. It holds no credentials.
 * All times are milliseconds since the request began.
 */
import type { TracedCall } from '../execution/trace/traced-call.ts'

export type { TracedAttempt, TracedCall } from '../execution/trace/traced-call.ts'

export interface Trace {
  readonly duration: number
  /** Bytes of the answer's data. */
  readonly bytes: number
  readonly cost: {
    readonly estimate: number
    readonly actual: number
    /** The rest of the caller's budgets: `cost` may be spent in `every` milliseconds. */
    readonly budgets: readonly { readonly cost: number; readonly every: number; readonly left: number }[]
  }
  readonly calls: readonly TracedCall[]
}
