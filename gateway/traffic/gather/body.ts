/** Writes one request body for several. */
import type { Question, RequestBody } from '../call/send.ts'

export interface Part {
  readonly body: RequestBody
  readonly question: Question
}

/** The name of a part in the answer. */
export const aliasOf = (index: number): string => `_${index}`

/** @param parts two or more, each a request for entities */
export function gatheredBody(parts: readonly Part[]): RequestBody {
  const questions = parts.map(({ question }) => question)
  const variable = (index: number): string => `representations${index}`
  // A client's variable has the same name, type and value in each.
  const definitions = new Set([
    ...questions.map((_each, index) => `$${variable(index)}:[_Any!]!`),
    ...questions.flatMap((each) => each.definitions),
  ])
  const selections = questions.map(
    ({ selection }, index) => `${aliasOf(index)}:_entities(representations:$${variable(index)})${selection}`,
  )
  const operationName = questions[0]?.operationName
  const query = `query ${operationName ?? ''}(${[...definitions].join()}){${selections.join()}}`
  const given = questions.flatMap(({ variables }) => Object.entries(variables))
  const values = JSON.stringify(Object.fromEntries(given))
  const head = JSON.stringify({ query, operationName })
  const pieces: Buffer[] = [Buffer.from(`${head.slice(0, -1)},"variables":${values.slice(0, -1)}`)]
  for (const [index, { body }] of parts.entries()) {
    const { bytes, representations = [] } = body
    const comma = index > 0 || values !== '{}' ? ',' : ''
    pieces.push(
      Buffer.from(`${comma}"${variable(index)}":[`),
      bytes.subarray(representations[0], representations.at(-1)),
      END,
    )
  }
  return { bytes: Buffer.concat([...pieces, END_OF_BODY]), representations: undefined }
}

const END = Buffer.from(']')
const END_OF_BODY = Buffer.from('}}')
