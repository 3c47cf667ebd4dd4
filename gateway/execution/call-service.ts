/** Sends a fetch's request through traffic and reads the answer. It never rejects: a call that fails is a failure to be merged. */
import type { FetchNode } from '@apollo/query-planner'
import type { EntityBody, ServiceAnswer } from '../traffic/send.ts'
import type { ReadJson } from './answer-reader.ts'
import { callError, type Failure, failureOf } from './failure.ts'
import type { Data, Run } from './run.ts'
import { readAnswer } from './service-answer.ts'

export async function callService(
  run: Run,
  { serviceName, operationKind }: FetchNode,
  body: string | EntityBody,
  read: ReadJson | undefined,
): Promise<Readonly<Data> | Failure> {
  const operation = operationKind === 'mutation' ? 'mutation' : 'query'
  let answer: ServiceAnswer
  try {
    answer = await run.send({ service: serviceName, operation, body, read, context: run.context })
  } catch (error) {
    return failureOf(callError(serviceName, error))
  }
  const { data, unplaced } = readAnswer(serviceName, answer)
  if (unplaced.length > 0) run.errors.push(...unplaced)
  return data
}

/** The text of a request up to the first of its variables. */
export function requestHead(query: string, operationName: string | undefined): string {
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`
  return `{"query":${JSON.stringify(query)}${name},"variables":{`
}
