/**
 * The state of one execution of a compiled operation, and the few types every step shares. It lives
 * as long as one request.
 */
import type { GraphQLError } from 'graphql'
import type { CallContext, Send } from '../../traffic/call/send.ts'
import { clientVariable } from '../plan/variable-names.ts'
import { valueText } from './json-text.ts'

/**
 * An object of the engine's data. A service's answer is shared with other requests: only objects
 * made here may be written to.
 */
export type Data = Record<string, unknown>

export interface Run {
  /** The root of what was fetched so far, in internal names. */
  readonly data: Data
  /** The objects of each place that is written to, by its index, in the order they came. */
  readonly placed: (Data[] | undefined)[]
  /** As the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: CallContext
  readonly send: Send
  /** Errors that name no place in the answer. */
  readonly errors: GraphQLError[]
}

/** A step of a plan. It never rejects for a service's fault: a failure becomes part of the data. */
export type Step = (run: Run) => Promise<unknown>

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One error for each place would make an answer of errors alone out of a long list. */
export const MAX_ERRORS = 1_000

/** Adds errors that name no place in the answer. */
export function addErrors({ errors }: Run, more: readonly GraphQLError[]): void {
  for (const error of more) if (errors.length < MAX_ERRORS) errors.push(error)
}

/** The members of a request's `variables` that the client set, as JSON text. */
export function variableTexts(names: readonly string[], variables: Run['variables']): string {
  let text = ''
  for (const name of names) {
    const clientName = clientVariable(name)
    if (clientName === undefined || !Object.hasOwn(variables, clientName)) continue
    const value = variables[clientName]
    if (value !== undefined) text += `${text === '' ? '' : ','}"${name}":${valueText(value)}`
  }
  return text
}
