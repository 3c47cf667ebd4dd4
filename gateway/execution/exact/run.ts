/** The state of one run: it lives as long as one request, and nothing of it is shared. */
import { largeTurn } from '../../traffic/call/large-answers.ts'
import type { CallContext } from '../../traffic/call/send.ts'
import type { ErrorReport } from '../answer/error-report.ts'
import type { Ask } from '../calls/ask.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import type { Data } from './data.ts'
import type { Takeover } from './takeover.ts'

export interface Run {
  /** The root of what was fetched so far, in internal names. */
  readonly data: Data
  /** Values that were put into the data. */
  size: number
  /**
   * As many as it may take: an object that is in many places is in each by itself, and so could
   * multiply without end.
   */
  readonly most: number
  readonly types: TypeRelations
  /** As the client sent them. */
  readonly variables: Readonly<Data>
  readonly context: CallContext
  readonly ask: Ask
  readonly before: Takeover
  readonly report: ErrorReport
}

/** Work on all of the data has a turn of the event loop to itself where that is large. */
export const turnFor = ({ context, size }: Run): Promise<void> | undefined => largeTurn(context, size * VALUE)

const VALUE = 10 // characters of JSON, or so
