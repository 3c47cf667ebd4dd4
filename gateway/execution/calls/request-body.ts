/** Writes the request of a fetch. */
import type { FetchNode } from '@apollo/query-planner'
import type { Question, RequestBody } from '../../traffic/call/send.ts'
import type { FetchQuestion } from '../plan/question.ts'
import { clientVariable } from '../plan/variable-names.ts'

type Values = Readonly<Record<string, unknown>>
/** The parts of a fetch that are needed here. */
type Text = Pick<FetchNode, 'operation'> & Partial<Pick<FetchNode, 'operationName' | 'variableUsages'>>

/** @param variables as the client sent them */
export const requestBody = (node: Text, variables: Values): RequestBody => ({
  bytes: Buffer.from(textOf(node, variablesOf(node, variables))),
  representations: undefined,
})

/**
 * @param context variables taken from the objects above the entities
 * @param representations JSON texts
 */
export function entityBody(
  node: Text,
  variables: Values,
  context: Values,
  representations: readonly string[],
  question?: FetchQuestion,
): RequestBody {
  const head = entityHead(node, variables, context)
  const places: number[] = []
  let at = Buffer.byteLength(head)
  for (const representation of representations) {
    const end = at + Buffer.byteLength(representation)
    places.push(at, end)
    at = end + 1
  }
  return {
    bytes: Buffer.from(`${head}${representations.join()}]}}`),
    representations: places,
    question: question && asked(question, node, variables),
  }
}

export const asked = (question: FetchQuestion, node: Text, variables: Values): Question => ({
  ...question,
  variables: variablesOf(node, variables),
})

/** The text of a request for entities, up to the first of them; `]}}` ends it. */
export function entityHead(node: Text, variables: Values, context: Values = {}): string {
  const given = { ...variablesOf(node, variables), ...context }
  const comma = Object.keys(given).length > 0 ? ',' : ''
  return `${textOf(node, given).slice(0, -2)}${comma}"representations":[`
}

const textOf = ({ operation, operationName }: Text, variables: Values): string =>
  JSON.stringify({ query: operation, operationName, variables })

/** Variables that are left out take their defaults in the service. */
const variablesOf = ({ variableUsages = [] }: Text, variables: Values): Values =>
  Object.fromEntries(
    variableUsages.flatMap((name) => {
      const given = clientVariable(name)
      return given !== undefined && Object.hasOwn(variables, given) ? [[name, variables[given]]] : []
    }),
  )
