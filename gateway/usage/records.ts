/**
 * Recorded use as data: operations by their uses, and how often each version of a client sent them.
 * Bounded, whatever clients send; the excess counts as `other`.
 */
import { z } from 'zod'
import { OTHER } from '../figures/labels.ts'

export const MOST_DOCUMENTS = 1_000
/** Maximum coordinates of all documents together. */
const MOST_COORDINATES = 100_000
export const MOST_ROWS = 10_000
/**
 * Maximum names from variables, of all rows together; further ones count as used by the operation.
 */
export const MOST_GIVEN = 50_000
/** Maximum bytes of all texts together. */
export const MOST_TEXT_BYTES = 2 * 1024 * 1024

/** The version of a client that gives none. */
export const UNKNOWN_VERSION = 'unknown'

const counts = z.record(z.string(), z.number().int().min(1))

const usedDocument = z.object({
  /** `null` for one without a name. */
  operation: z.string().nullable(),
  kind: z.enum(['query', 'mutation', 'subscription']),
  coordinates: z.array(z.string()),
  /** The contract variant on whose path it was sent; absent for the whole schema. */
  variant: z.string().optional(),
  /** Its signature; absent if it was too long, or if there was no room. */
  text: z.string().optional(),
})

const row = z.object({
  /** Id of the document. */
  document: z.string(),
  client: z.string(),
  version: z.string(),
  requests: z.number().int().min(1),
  /** Requests that gave an input field or enum value in a variable, by coordinate. */
  given: counts,
})

export const useRecords = z.object({ documents: z.record(z.string(), usedDocument), rows: z.array(row) })

export type UsedDocument = Readonly<z.output<typeof usedDocument>>
export type UseRow = Readonly<z.output<typeof row>>
export type UseRecords = Readonly<z.output<typeof useRecords>>

const ROWS_AT_ONCE = 1_000

/** Splits the records into portions that are each quick to write. */
export function* portionsOf({ documents, rows }: UseRecords): Generator<UseRecords> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const some = rows.slice(start, start + ROWS_AT_ONCE)
    const ids = new Set(some.map(({ document }) => document))
    yield { documents: Object.fromEntries([...ids].map((id) => [id, documents[id] as UsedDocument])), rows: some }
  }
}

/** Adds up what several processes recorded. */
export function mergeUse(parts: readonly UseRecords[]): UseRecords {
  const documents = new Map<string, UsedDocument>()
  const rows = new Map<string, UseRow>()
  let coordinates = 0
  let textBytes = 0
  let given = 0
  /** Adds a row's names, as far as there is room. */
  const added = (document: string, before: UseRow['given'], more: UseRow['given']): UseRow['given'] => {
    const sum = new Map(Object.entries(before))
    for (const [name, count] of Object.entries(more)) {
      const known = sum.get(name)
      const found = documents.get(document)
      if (known === undefined && given >= MOST_GIVEN && found) {
        documents.set(document, withCoordinate(found, name))
        continue
      }
      given += known === undefined ? 1 : 0
      sum.set(name, (known ?? 0) + count)
    }
    return Object.fromEntries(sum)
  }
  const roomFor = (text: string | undefined): string | undefined =>
    text !== undefined && textBytes + text.length <= MOST_TEXT_BYTES ? text : undefined
  /** The id under which a document counts. */
  const place = (id: string, document: UsedDocument): string => {
    const room = documents.size < MOST_DOCUMENTS && coordinates + document.coordinates.length <= MOST_COORDINATES
    const own = documents.has(id) || room ? id : `${OTHER}-${document.kind}`
    const before = documents.get(own)
    const all = before ? [...new Set([...before.coordinates, ...document.coordinates])] : document.coordinates
    coordinates += all.length - (before?.coordinates.length ?? 0)
    const { text: more, ...rest } = document
    const text = own === id ? (before?.text ?? roomFor(more)) : undefined
    if (before?.text === undefined) textBytes += text?.length ?? 0
    const named = own === id ? rest : { ...rest, operation: OTHER }
    documents.set(own, { ...named, coordinates: all, ...(text !== undefined && { text }) })
    return own
  }
  for (const part of parts) {
    const places = new Map(Object.entries(part.documents).map(([id, document]) => [id, place(id, document)]))
    for (const one of part.rows) {
      const document = places.get(one.document)
      if (document === undefined) continue
      const exact = keyOf(document, one.client, one.version)
      const isKept = rows.has(exact) || rows.size < MOST_ROWS
      const [client, version] = isKept ? [one.client, one.version] : [OTHER, OTHER]
      const key = isKept ? exact : keyOf(document, OTHER, OTHER)
      const before = rows.get(key)
      rows.set(key, {
        document,
        client,
        version,
        requests: one.requests + (before?.requests ?? 0),
        given: added(document, before?.given ?? {}, one.given),
      })
    }
  }
  return { documents: Object.fromEntries(documents), rows: [...rows.values()] }
}

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts)

/** Adds a coordinate to an operation's uses. */
export const withCoordinate = (document: UsedDocument, coordinate: string): UsedDocument =>
  document.coordinates.includes(coordinate)
    ? document
    : { ...document, coordinates: [...document.coordinates, coordinate] }
