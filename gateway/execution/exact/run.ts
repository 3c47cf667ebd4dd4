/** The state of one run: it lives as long as one request and is never shared. */
import { largeTurn } from '../../traffic/call/large-answers.ts'
import type { CallContext } from '../../traffic/call/send.ts'
import type { ErrorReport } from '../answer/error-report.ts'
import type { Ask } from '../calls/ask.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import type { Data } from './data.ts'
import type { Takeover } from './takeover.ts'

export interface Run {
  /** The root of the data fetched so far, in internal names. */
  readonly data: Data
  /** Number of values in the data. */
  size: number
  /**
   * Maximum of `size`: an object is copied for each of its places, so the data could grow without
   * bound.
   */
  readonly most: number
  readonly types: TypeRelations
  /** Variables as the client sent them. */
  readonly variables: Readonly<Data>
  readonly context: CallContext
  readonly ask: Ask
  readonly before: Takeover
  readonly report: ErrorReport
}

/** Work on large data takes a turn of the event loop of its own. */
export const turnFor = ({ context, size }: Run): Promise<void> | undefined => largeTurn(context, size * VALUE)

const VALUE = 10 // approximate characters of JSON
