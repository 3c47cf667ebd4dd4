/** The messages and close codes of `graphql-transport-ws` (enisdenjo/graphql-ws, PROTOCOL.md). */
import { isOptionalRecord, isRecord } from '../../../platform/data/record.ts'

/** The used parts of the payload of `connection_init`. */
export interface InitPayload {
  /** The token: `authorization` or `Authorization` of the payload. */
  readonly authorization: string | undefined
  /** Name and version of the API client, keyed by the headers that they replace. */
  readonly client: Readonly<Record<string, string>>
}

/** The payload of `subscribe`. */
export interface OperationPayload {
  /** Absent only if the payload names a persisted operation. */
  readonly query?: string | null
  readonly documentId?: unknown
  readonly doc_id?: unknown
  readonly id?: unknown
  readonly operationName?: string | null
  readonly variables?: Readonly<Record<string, unknown>> | null
  readonly extensions?: Readonly<Record<string, unknown>> | null
}

export type ClientMessage =
  | { readonly type: 'connection_init'; readonly payload: InitPayload }
  | { readonly type: 'ping' | 'pong' }
  | { readonly type: 'subscribe'; readonly id: string; readonly payload: OperationPayload }
  | { readonly type: 'complete'; readonly id: string }

export const SUBPROTOCOL = 'graphql-transport-ws'

export const closeCodes = {
  tooBig: 1009,
  serviceRestart: 1012,
  internalError: 4500,
  badMessage: 4400,
  unauthorized: 4401,
  subprotocol: 4406,
  initTimeout: 4408,
  idInUse: 4409,
  tooManyInits: 4429,
} as const

const MAX_ID = 256 // characters
const MAX_TOKEN = 16 * 1024 // characters, as of a header
const MAX_CLIENT = 1024 // characters of a client's name or version

/**
 * `undefined` for anything but a client's message.
 * @param clientNameHeaders names that the payload of `connection_init` may give, in lower case
 */
export function readMessage(text: string, clientNameHeaders: ReadonlySet<string>): ClientMessage | undefined {
  const value = parse(text)
  if (!isRecord(value)) return undefined
  const { type, id, payload } = value
  switch (type) {
    case 'connection_init': {
      const read = readInitPayload(payload, clientNameHeaders)
      return read && { type, payload: read }
    }
    case 'ping':
    case 'pong':
      return isOptionalRecord(payload) ? { type } : undefined
    case 'subscribe':
      return isId(id) && isOperation(payload) ? { type, id, payload } : undefined
    case 'complete':
      return isId(id) ? { type, id } : undefined
    default:
      return undefined
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readInitPayload(payload: unknown, clientNameHeaders: ReadonlySet<string>): InitPayload | undefined {
  if (!isOptionalRecord(payload)) return undefined
  const given = payload?.['authorization'] || payload?.['Authorization']
  const authorization = typeof given === 'string' && given !== '' ? given : undefined
  const client = Object.entries(payload ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' && clientNameHeaders.has(name.toLowerCase())
      ? [[name.toLowerCase(), value] as const]
      : [],
  )
  const isTooLong = authorization !== undefined && authorization.length > MAX_TOKEN
  if (isTooLong || client.some(([, value]) => value.length > MAX_CLIENT)) return undefined
  return { authorization, client: Object.fromEntries(client) }
}

/** Bounded, because it is kept as long as its operation. */
const isId = (id: unknown): id is string => typeof id === 'string' && id !== '' && id.length <= MAX_ID

function isOperation(payload: unknown): payload is OperationPayload {
  if (!isRecord(payload)) return false
  const { query, documentId, doc_id, id, operationName, variables, extensions } = payload
  if (!isOptionalRecord(variables) || !isOptionalRecord(extensions)) return false
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return false
  if (query !== undefined && query !== null) return typeof query === 'string'
  return isRecord(extensions) || [documentId, doc_id, id].some((given) => typeof given === 'string')
}
