/** Queries of recorded use, as they were sent but without their values. */
import type { UseRecords } from '../../gateway/usage/records.ts'

export interface RecordedQuery {
  readonly id: string
  readonly name: string | undefined
  /** How often it was sent. */
  readonly requests: number
  /** The text with a variable for each literal; missing if it was not kept. */
  readonly text: string | undefined
}

/** @param days of any number of gateways */
export function recordedQueries(days: readonly UseRecords[]): readonly RecordedQuery[] {
  const queries = new Map<string, RecordedQuery>()
  for (const { documents, rows } of days)
    for (const { document: id, requests } of rows) {
      const { operation, kind, text } = documents[id] ?? { operation: null, kind: 'query', text: undefined }
      if (kind !== 'query') continue
      const before = queries.get(id)
      queries.set(id, {
        id,
        name: operation ?? undefined,
        requests: requests + (before?.requests ?? 0),
        text: before?.text ?? text,
      })
    }
  return [...queries.values()]
}
