/**
 * Sends a fetch's request through traffic and reads the answer. It never rejects: a call that fails
 * is a failure to be merged.
 */
import type { FetchNode } from '@apollo/query-planner'
import type { RequestBody } from '../../traffic/call/send.ts'
import { callError, type Failure, failureOf } from '../answer/failure.ts'
import { addErrors, type Data, type Run } from './run.ts'
import { readAnswer } from './service-answer.ts'

/**
 * Frames of `async` functions are state that every request in flight keeps and every collection of
 * the young generation copies, so that from here to the wire the way is one of plain promises.
 * @param take is given what was answered, or why nothing was
 */
export function callService(
  run: Run,
  { serviceName, operationKind }: FetchNode,
  body: RequestBody,
  take: (data: Readonly<Data> | Failure) => void,
): Promise<void> {
  const operation = operationKind === 'mutation' ? 'mutation' : 'query'
  return run.send({ service: serviceName, operation, body, context: run.context }).then(
    (answer) => {
      const { data, unplaced } = readAnswer(serviceName, answer.parsed())
      addErrors(run, unplaced)
      take(data)
    },
    (error: unknown) => take(failureOf(callError(serviceName, error))),
  )
}

/** A request that asks for more than entities. */
export const wholeBody = (text: string): RequestBody => ({ bytes: Buffer.from(text), representations: undefined })

/** The text of a request up to the first of its variables. */
export function requestHead(query: string, operationName: string | undefined): string {
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`
  return `{"query":${JSON.stringify(query)}${name},"variables":{`
}
