/** Operations that ask for a trace, and traces without values that differ between runs. */
import type { Trace, TracedCall } from '../../gateway/exchange/trace.ts'
import type { Answer } from './answer.ts'

interface Traced extends Pick<Answer, 'status' | 'data' | 'errors'> {
  readonly cacheControl: string | null
  readonly text: string
  readonly trace: Trace
}

/** @param url base address of a gateway */
export async function askTraced(
  url: string,
  query: string,
  headers: Readonly<Record<string, string>> = {},
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Traced> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables, extensions: { trace: true } }),
  })
  const text = await response.text()
  const { data, errors, extensions } = JSON.parse(text)
  const cacheControl = response.headers.get('cache-control')
  return { status: response.status, cacheControl, text, data, errors, trace: extensions?.trace }
}

/** `service after source: fields` for each call. */
export const inShort = ({ calls }: Trace): readonly string[] =>
  calls.map(({ service, after, source, fields }) => `${service} ${after.join()} ${source}: ${fields.join(' ')}`)

/** The outcomes of a call's attempts. */
export const outcomes = ({ attempts }: TracedCall): readonly string[] => attempts.map(({ outcome }) => outcome)
