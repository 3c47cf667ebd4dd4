/**
 * The table of all limits. Each is generous for clients and cheap to enforce. `docs/limits.md`
 * lists them; each has a setting, `LIMIT_` and its name in capitals.
 */
import type { GraphQLErrorExtensions } from 'graphql'
import { GraphQLError } from 'graphql/error/GraphQLError.js'
import { HttpError } from '../../platform/http/message/http-error.ts'
import { codedError, type ErrorCode } from '../../platform/protocol/errors.ts'

interface Limit {
  /** The default; 0 is off. */
  readonly value: number
  /**
   * Limits one caller: off by default if tokens are opaque, because many callers may share an
   * address.
   */
  readonly perCaller?: true
  /**
   * Counted by each worker for itself: each allows its part, so that together they allow it all.
   */
  readonly sharedByWorkers?: true
  /** Protects the process itself, so that it is always enforced and cannot be measured only. */
  readonly protects?: true
  /** What it bounds, for `docs/limits.md`. */
  readonly of: string
}

const table = {
  connections: {
    value: 12_000,
    protects: true,
    sharedByWorkers: true,
    of: 'open connections; idle ones are closed to admit new ones',
  },
  headSeconds: { value: 10, protects: true, of: 'seconds to receive the head of a request' },
  bodySeconds: { value: 30, protects: true, of: 'seconds to receive a whole request' },
  unfinishedBodyBytes: {
    value: 64 * 1024 * 1024,
    protects: true,
    sharedByWorkers: true,
    of: 'bytes of all partly received bodies and WebSocket messages together; the one that has stalled longest is refused',
  },
  bodyBytes: { value: 1024 * 1024, protects: true, of: 'bytes of a body, on the wire and again after decompression' },
  documentBytes: { value: 128 * 1024, protects: true, of: 'bytes of a document, counted before it is parsed' },
  tokens: { value: 10_000, protects: true, of: 'lexical tokens of a document' },
  operations: { value: 50, of: 'operations in a document' },
  fragments: { value: 500, protects: true, of: 'fragment definitions in a document' },
  directives: { value: 500, of: 'directives in a document' },
  depth: { value: 30, of: 'nested fields, with fragments expanded' },
  nesting: { value: 100, protects: true, of: 'nested fields and fragments, with fragments expanded' },
  aliases: { value: 500, of: 'aliases in a document' },
  selections: {
    value: 5_000,
    protects: true,
    of: 'fields, spreads and inline fragments of a document, with each spread expanded',
  },
  expandedCharacters: {
    value: 256 * 1024,
    protects: true,
    of: 'characters of a document, with each spread expanded',
  },
  comparisons: {
    value: 100_000,
    protects: true,
    of: 'pairs of fields with the same response name, which validation compares one by one',
  },
  variableValues: { value: 10_000, of: 'values in variables: object members and list items, at every level' },
  variableDepth: { value: 64, protects: true, of: 'nested lists and objects in variables and in literals' },
  listSize: { value: 1_000, of: 'items that an operation may request of one list' },
  cost: { value: 100_000, of: 'cost of one operation' },
  answerBytes: { value: 16 * 1024 * 1024, protects: true, of: 'bytes of the data of one answer' },
  costPerMinute: {
    value: 5_000_000,
    sharedByWorkers: true,
    perCaller: true,
    of: 'cost of one caller’s operations per minute',
  },
  operationsInWork: {
    value: 16,
    sharedByWorkers: true,
    perCaller: true,
    of: 'operations of one caller that execute at once; more wait',
  },
  costInWork: {
    value: 20_000,
    sharedByWorkers: true,
    perCaller: true,
    of: 'cost of one caller’s operations that execute at once; more wait',
  },
  operationsWaiting: {
    value: 512,
    protects: true,
    sharedByWorkers: true,
    perCaller: true,
    of: 'operations of one caller that wait for its own earlier ones, and new documents that wait to be read',
  },
  plansWaiting: {
    value: 32,
    protects: true,
    sharedByWorkers: true,
    perCaller: true,
    of: 'new operations of one caller that wait to be planned; each is planned once',
  },
  streams: { value: 10_000, protects: true, of: 'open subscriptions of a gateway process' },
  streamsPerCaller: { value: 500, sharedByWorkers: true, perCaller: true, of: 'open subscriptions of one caller' },
  streamsPerSocket: { value: 250, of: 'open subscriptions on one WebSocket' },
  filesPerAddress: {
    value: 64,
    sharedByWorkers: true,
    perCaller: true,
    of: 'files of services that one address fetches at once',
  },
  socketsPerAddress: { value: 250, sharedByWorkers: true, perCaller: true, of: 'open WebSockets of one address' },
} as const satisfies Readonly<Record<string, Limit>>

export type LimitName = keyof typeof table

/** The bounds of the section `budgets`, which the table does not hold. */
const budgetNames = ['budgetCost', 'budgetRequests'] as const

/** Whatever may refuse a request for being too much, by its name in log and metrics. */
export type BoundName = LimitName | (typeof budgetNames)[number]

/** A limit that is switched off is `Infinity`. */
export type Limits = Readonly<Record<LimitName, number>>

export const limitNames = Object.keys(table) as readonly LimitName[]

export const limitTable: Readonly<Record<LimitName, Limit>> = table

/** `bodyBytes` is set by `LIMIT_BODY_BYTES`. */
export const limitSetting = (name: LimitName): string =>
  `LIMIT_${name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()}`

/**
 * @param settings of limits, 0 for off; absent ones take their defaults
 * @param callersAreKnown false if tokens are opaque: limits per caller are then off unless set
 */
export function readLimits(
  settings: Readonly<Partial<Record<LimitName, number | undefined>>>,
  callersAreKnown = true,
): Limits {
  const set = (name: LimitName): number => {
    const { value, perCaller } = limitTable[name]
    const otherwise = perCaller && !callersAreKnown ? 0 : value
    return settings[name] ?? otherwise
  }
  return Object.fromEntries(limitNames.map((name) => [name, set(name) || Number.POSITIVE_INFINITY])) as Limits
}

/**
 * The limits that can be measured only: they bound what callers ask, not what the process bears.
 */
export const measurableNames: readonly LimitName[] = limitNames.filter((name) => !limitTable[name].protects)

/** @param measure true for all that can be; names were checked to be among them */
export const measuredLimits = (measure: boolean | readonly string[]): readonly LimitName[] =>
  measurableNames.filter((name) => (typeof measure === 'boolean' ? measure : measure.includes(name)))

/**
 * What is refused, and what is only measured.
 * @param names of limits that are measured
 */
export function splitLimits(
  limits: Limits,
  names: readonly LimitName[],
): { readonly enforced: Limits; readonly measured: Limits } {
  const only = (isIn: (name: LimitName) => boolean): Limits =>
    Object.fromEntries(limitNames.map((name) => [name, isIn(name) ? limits[name] : Number.POSITIVE_INFINITY])) as Limits
  return { enforced: only((name) => !names.includes(name)), measured: only((name) => names.includes(name)) }
}

/** What one of several workers allows. */
export const limitsOfWorker = (limits: Limits, workers: number): Limits => {
  const part = (name: LimitName): number =>
    limitTable[name].sharedByWorkers ? Math.ceil(limits[name] / workers) : limits[name]
  return Object.fromEntries(limitNames.map((name) => [name, part(name)])) as Limits
}

export const defaultLimits: Limits = readLimits({})

/**
 * The refusal of a request over a limit. The limit's name is for log and metrics; clients do not
 * see it.
 */
export const overLimit = (
  name: BoundName,
  message: string,
  code: ErrorCode = 'OPERATION_TOO_COMPLEX',
  extensions: GraphQLErrorExtensions = {},
): GraphQLError => codedError(code, message, { ...extensions, limit: name })

const BY_STATUS: ReadonlyMap<number, LimitName> = new Map([
  [413, 'bodyBytes'],
  [503, 'unfinishedBodyBytes'],
])

const bounds: ReadonlySet<unknown> = new Set([...limitNames, ...budgetNames])

/** The limit that an error is about; `undefined` if none. */
export function limitOf(error: unknown): BoundName | undefined {
  if (error instanceof HttpError) return BY_STATUS.get(error.status)
  const name = error instanceof GraphQLError ? error.extensions['limit'] : undefined
  return bounds.has(name) ? (name as BoundName) : undefined
}
