/** How an answer in parts is written. A format is a file; `send-parts.ts` sends it. */
import type { GraphQLFormattedError } from 'graphql'
import type { Part } from '../../execution/answer/part.ts'

export type ToldPart = Part<GraphQLFormattedError>

export interface PartsFormat {
  /** Parameter of the answer's media type. */
  readonly parameter: string
  /** One part, as an object of JSON. */
  write(part: ToldPart): Readonly<Record<string, unknown>>
}

export const errorsOf = (errors: readonly GraphQLFormattedError[]) => (errors.length > 0 ? { errors } : {})

export const labelOf = (label: string | undefined) => (label === undefined ? {} : { label })
