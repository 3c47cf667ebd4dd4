/**
 * Reads the parameters from a bounded body or from the query string, and checks their types
 * (GraphQL over HTTP, section 5).
 */
import { LRUCache } from 'lru-cache'
import { isOptionalRecord, isRecord } from '../../../platform/data/record.ts'
import { HttpError, parseJson } from '../../../platform/http/message/http-error.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Exchange, Parameters, Policy } from '../../exchange/exchange.ts'
import type { LimitBody } from './variables.ts'

const REMEMBERED = 4 * 1024 * 1024 // bytes of bodies and their parameters
const OVERHEAD = 512 // bytes of each besides its text

interface ParameterOptions {
  /** Bytes of a body, on the wire and decompressed. */
  readonly bodyBytes: number
  /** Operations that a body may hold; 0 if it may be no list of them. */
  readonly batchSize: number
  readonly limitBody: LimitBody
}

/** Leaves the operations of a batch unchecked: each has an answer of its own. */
export function readParameters({ bodyBytes: limit, batchSize, limitBody }: ParameterOptions): Policy {
  /** Operations without variables repeat byte by byte. */
  const known = new LRUCache<string, Parameters>({
    maxSize: REMEMBERED,
    maxEntrySize: REMEMBERED / 32,
    sizeCalculation: (_parameters, body) => 2 * body.length + OVERHEAD,
  })
  const read = (exchange: Exchange, body: string): void => {
    const found = known.get(body)
    if (found) {
      exchange.parameters = found
      return
    }
    const value = parseJson(body)
    if (Array.isArray(value)) {
      exchange.batch = value
      checkBatch(value, batchSize, exchange)
      return
    }
    const parameters = checkParameters(value)
    // Parameters without objects are immutable, so requests can share them.
    if (!parameters.variables && !parameters.extensions) known.set(body, parameters)
    exchange.parameters = parameters
  }
  return (exchange) => {
    if (exchange.request.method !== 'POST') {
      exchange.parameters = checkParameters(readSearch(exchange, limit))
      return
    }
    const take = (body: string): void => {
      limitBody(exchange, body)
      read(exchange, body)
    }
    const body = exchange.request.readText(limit)
    return body instanceof Promise ? body.then(take) : take(body)
  }
}

const searchOf = (url: string): string => url.slice(url.indexOf('?') + 1 || url.length)

/** Whether the address of a GET says which operation is asked for. */
export function namesOperation(url: string): boolean {
  const values = new URLSearchParams(searchOf(url))
  return ['query', 'documentId', 'doc_id', 'id', 'extensions'].some((name) => values.has(name))
}

function readSearch({ request: { url } }: Exchange, limit: number): unknown {
  const search = searchOf(url)
  if (search.length > limit) throw new HttpError(414, 'BAD_USER_INPUT', `The URL is longer than ${limit} bytes.`)
  const values = new URLSearchParams(search)
  const once = (name: string): string | undefined => {
    const [value, ...others] = values.getAll(name)
    if (others.length > 0) throw codedError('BAD_USER_INPUT', `"${name}" may be given only once.`)
    return value
  }
  const json = (name: string): unknown => {
    const text = once(name)
    if (text === undefined) return undefined
    try {
      return JSON.parse(text)
    } catch {
      throw codedError('BAD_USER_INPUT', `"${name}" is not JSON.`)
    }
  }
  return {
    query: once('query'),
    documentId: once('documentId'),
    doc_id: once('doc_id'),
    id: once('id'),
    operationName: once('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  }
}

/** @throws coded errors for a list that is no batch, or too large a one */
function checkBatch({ length }: readonly unknown[], most: number, { accepts }: Exchange): void {
  if (most === 0)
    throw codedError('BAD_USER_INPUT', 'Batched operations are not supported: send one operation per request.')
  if (length === 0) throw codedError('BAD_USER_INPUT', 'The batch holds no operation.')
  if (length > most)
    throw codedError('OPERATION_TOO_COMPLEX', `The batch holds ${length} operations; at most ${most} are allowed.`)
  if (!accepts.whole) throw codedError('BAD_USER_INPUT', 'A batch is answered as JSON: accept application/json.')
}

/** @throws BAD_USER_INPUT for what is no operation */
export function checkParameters(value: unknown): Parameters {
  if (!isRecord(value)) throw codedError('BAD_USER_INPUT', 'The request must be a JSON object.')
  const { query, operationName, variables, extensions } = value
  if (!isOptionalString(query)) throw codedError('BAD_USER_INPUT', '"query" must be a string.')
  if (!isOptionalString(operationName)) throw codedError('BAD_USER_INPUT', '"operationName" must be a string.')
  if (!isOptionalRecord(variables)) throw codedError('BAD_USER_INPUT', '"variables" must be an object.')
  if (!isOptionalRecord(extensions)) throw codedError('BAD_USER_INPUT', '"extensions" must be an object.')
  return {
    query: query ?? '',
    ...(!query && { documentId: documentIdOf(value) }),
    operationName: operationName || undefined,
    variables: variables ?? undefined,
    extensions: extensions ?? undefined,
  }
}

/** `documentId` as of GraphQL over HTTP (appendix A); Relay's clients send `doc_id` or `id`. */
function documentIdOf(parameters: Readonly<Record<string, unknown>>): string | undefined {
  const { documentId, doc_id, id } = parameters
  const given = documentId ?? doc_id ?? id
  if (given === undefined || given === null) return undefined
  if (typeof given === 'string' && given !== '') return given
  throw codedError('BAD_USER_INPUT', '"documentId" must be a string.')
}

const isOptionalString = (value: unknown): value is string | null | undefined =>
  value === undefined || value === null || typeof value === 'string'
