/** Keeps the text and the variables of a request for a trace. */
import { parseExact } from '../../../platform/data/json-exact.ts'
import { isRecord, type JsonRecord } from '../../../platform/data/record.ts'
import type { RequestBody } from '../../traffic/call/send.ts'

export interface Asked {
  readonly operation: string
  readonly variables: JsonRecord
  /** True if entities were left out. */
  readonly isCut: boolean
}

export const MOST_VARIABLES = 4 * 1024 // characters of JSON

/** Reads only as many entities as can be shown. */
export function askedIn({ bytes, representations }: RequestBody): Asked {
  if (!representations || representations.length === 0) return { ...parsed(bytes.toString()), isCut: false }
  const begin = representations[0] as number
  let end = representations[1] as number
  for (let at = 3; at < representations.length; at += 2) {
    const next = representations[at] as number
    if (next - begin > MOST_VARIABLES) break
    end = next
  }
  const last = representations[representations.length - 1] as number
  return { ...parsed(`${bytes.toString('utf8', 0, end)}${bytes.toString('utf8', last)}`), isCut: end < last }
}

function parsed(text: string): Pick<Asked, 'operation' | 'variables'> {
  const value = parseExact(text)
  const { query, variables } = isRecord(value) ? value : {}
  return { operation: typeof query === 'string' ? query : '', variables: isRecord(variables) ? variables : {} }
}
