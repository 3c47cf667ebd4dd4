/**
 * Counts who uses what, in memory: the uses of an operation are found once per document, and each
 * request increments a counter. Keeps no value of a client; of an operation only its signature.
 */
import { hash } from 'node:crypto'
import type { FragmentDefinitionNode, GraphQLSchema } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { KnownOperation } from '../document/documents.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { fragmentsOf } from '../execution/plan/conditions.ts'
import { createLabels, type Labels, OTHER } from '../figures/labels.ts'
import { visitUses } from './coordinates.ts'
import { type ReadGiven, variablesGivenBy } from './given.ts'
import {
  MOST_DOCUMENTS,
  MOST_GIVEN,
  MOST_ROWS,
  MOST_TEXT_BYTES,
  UNKNOWN_VERSION,
  type UsedDocument,
  type UseRecords,
  type UseRow,
  withCoordinate,
} from './records.ts'
import { signatureOf } from './signature.ts'

const MOST_CLIENTS = 100
const MOST_VERSIONS = 50 // of one client
const LONGEST_NAME = 128 // characters

/** Sizes of what is kept; requests with variables are numbered. */
const NONE = { rows: 0, given: 0, textBytes: 0, requests: 0 }

export interface UseRecorder {
  /**
   * Counts an operation that was admitted. @param nameOf reads the client's name, from the headers
   * of its path
   */
  count(operation: KnownOperation, schema: GraphQLSchema, exchange: Exchange, nameOf: NameOf): void
  /** Returns the counts since the last call. */
  drain(): UseRecords
}

type NameOf = (exchange: Exchange) => string | undefined

/** The versions that clients give. */
export interface ClientNames {
  readonly version: NameOf
  /** Names that always have a place. */
  readonly reserved?: readonly string[]
}

interface Counter {
  requests: number
  readonly of: Counted
  readonly given: Map<string, { count: number; request: number }>
}

/** A sender of a document, as it names itself. */
interface Sender {
  readonly name: string | undefined
  readonly version: string | undefined
  readonly counter: Counter
}

interface Entry {
  readonly id: string
  readonly document: UsedDocument
  readonly given: ReadGiven | undefined
  readonly sign: () => string | undefined
}

/** A document and its senders. */
interface Counted {
  document: UsedDocument
  readonly rows: Rows
}

type Rows = Map<string, Map<string, Counter>>

/** Documents share their coordinates, whose number the schema bounds. */
function createIntern(): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const found = known.get(text)
    if (found === undefined) known.set(text, text)
    return found ?? text
  }
}

/** Signatures by id: the first one met of operations with the same uses. */
function createTexts(): (entry: Entry) => string | undefined {
  const texts = new LRUCache<string, { readonly text: string | undefined }>({
    maxSize: MOST_TEXT_BYTES,
    sizeCalculation: ({ text }, id) => id.length + (text?.length ?? 0),
  })
  return ({ id, sign }) => {
    const known = texts.get(id) ?? { text: sign() }
    texts.set(id, known)
    return known.text
  }
}

const isShort = (name: string | undefined): boolean => name === undefined || name.length <= LONGEST_NAME

/** Labels of the versions of each client. */
function createVersions(): (client: string, version: string | undefined) => string {
  const versions = new Map<string, Labels>()
  return (client, version) => {
    if (version === undefined || version === '') return UNKNOWN_VERSION
    const labels = versions.get(client) ?? createLabels(MOST_VERSIONS)
    versions.set(client, labels)
    return labels.of(version)
  }
}

export function createUseRecorder(names: ClientNames): UseRecorder {
  const clients = createLabels(MOST_CLIENTS)
  clients.reserve(names.reserved ?? [])
  const versionOf = createVersions()
  const entries = new WeakMap<KnownOperation, Entry>()
  /** The latest sender of each since the last call of `drain`: mostly also the next. */
  let senders = new WeakMap<Entry, Sender>()
  /** Counts by id since the last call; operations with the same uses share an id. */
  let documents = new Map<string, Counted>()
  let kept = { ...NONE }
  const intern = createIntern()
  const textOf = createTexts()

  /** Adds its text, if there is room. */
  const withText = (document: UsedDocument, text: string | undefined): UsedDocument => {
    if (text === undefined || kept.textBytes + text.length > MOST_TEXT_BYTES) return document
    kept.textBytes += text.length
    return { ...document, text }
  }

  const counterOf = (entry: Entry, client: string, version: string): Counter => {
    const { id, document } = entry
    const isKept = documents.has(id) || documents.size < MOST_DOCUMENTS
    const place = isKept ? id : `${OTHER}-${document.kind}`
    const found: Counted = documents.get(place) ?? {
      document: isKept ? withText(document, textOf(entry)) : unknownDocument(document),
      rows: new Map(),
    }
    documents.set(place, found)
    if (!isKept) addCoordinates(found.document, document)
    const ofClient = found.rows.get(client) ?? new Map<string, Counter>()
    const known = ofClient.get(version)
    if (known) return known
    if (kept.rows >= MOST_ROWS && client !== OTHER) return counterOf(entry, OTHER, OTHER)
    const made: Counter = { requests: 0, of: found, given: new Map() }
    found.rows.set(client, ofClient.set(version, made))
    kept.rows += 1
    return made
  }

  const senderOf = (entry: Entry, exchange: Exchange, name: string | undefined, isRepeated: boolean): Sender => {
    const version = names.version(exchange)
    const known = senders.get(entry)
    if (known && known.name === name && known.version === version) return known
    const client = clients.of(name)
    const made = { name, version, counter: counterOf(entry, client, versionOf(client, version)) }
    // Of documents that never come again, nothing more is kept.
    if (isRepeated && isShort(name) && isShort(version)) senders.set(entry, made)
    return made
  }

  return {
    count(operation, schema, exchange, nameOf) {
      const known = entries.get(operation)
      const entry = known ?? entryOf(operation, schema, exchange.variant, intern)
      if (!known) entries.set(operation, entry)
      if (entry.document.coordinates.length === 0) return // only introspection
      const { counter } = senderOf(entry, exchange, nameOf(exchange), known !== undefined)
      counter.requests += 1
      const { variables } = exchange.parameters
      if (!entry.given || !variables) return
      kept.requests += 1
      entry.given(variables, (coordinate) => countGiven(counter, coordinate, kept))
    },
    drain() {
      const counted = documents
      documents = new Map()
      senders = new WeakMap()
      kept = { ...NONE }
      return recordsOf(counted)
    },
  }
}

/** The id depends on the uses, not on the text: no literal is part of it. */
function entryOf(
  { definition, document }: KnownOperation,
  schema: GraphQLSchema,
  variant: string | undefined,
  intern: (text: string) => string,
): Entry {
  const coordinates = new Set<string>()
  const fragments: ReadonlyMap<string, FragmentDefinitionNode> = fragmentsOf(document.node)
  visitUses(definition, { schema, fragments, guessVariables: false, onUse: (one) => coordinates.add(intern(one)) })
  const operation = definition.name?.value.slice(0, LONGEST_NAME) ?? null
  const used = {
    operation,
    kind: definition.operation,
    coordinates: [...coordinates].sort(),
    ...(variant !== undefined && { variant }),
  }
  const id = hash('sha256', JSON.stringify(used), 'hex').slice(0, 16)
  const sign = () => signatureOf(definition, document.node, schema)
  return { id, document: used, given: variablesGivenBy(schema, definition), sign }
}

const unknownDocument = ({ kind }: UsedDocument): UsedDocument => ({ operation: OTHER, kind, coordinates: [] })

function addCoordinates(other: UsedDocument, { coordinates }: UsedDocument): void {
  const all = new Set([...other.coordinates, ...coordinates])
  if (all.size > other.coordinates.length) other.coordinates.splice(0, other.coordinates.length, ...all)
}

/** Counts a coordinate once per request. */
function countGiven({ given, of }: Counter, coordinate: string, kept: typeof NONE): void {
  const known = given.get(coordinate)
  if (!known && kept.given < MOST_GIVEN) {
    given.set(coordinate, { count: 1, request: kept.requests })
    kept.given += 1
  } else if (!known) of.document = withCoordinate(of.document, coordinate)
  else if (known.request !== kept.requests) {
    known.count += 1
    known.request = kept.requests
  }
}

const recordsOf = (counted: ReadonlyMap<string, Counted>): UseRecords => ({
  documents: Object.fromEntries(Array.from(counted, ([id, { document }]) => [id, document])),
  rows: [...counted].flatMap(([id, { rows }]) => rowsOf(id, rows)),
})

const rowsOf = (document: string, rows: Rows): readonly UseRow[] =>
  [...rows].flatMap(([client, versions]) =>
    [...versions].map(([version, { requests, given }]) => ({
      document,
      client,
      version,
      requests,
      given: Object.fromEntries([...given].map(([coordinate, { count }]) => [coordinate, count])),
    })),
  )
