/** Interprets answers and failures. */

/** The parsed JSON of an answer. */
export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined
  readonly errors?: readonly AnswerError[] | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

export interface AnswerError {
  readonly message: string
  readonly path?: readonly (string | number)[] | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

/** Why there was no answer. */
export interface Failure {
  readonly cause: unknown
  /** The HTTP response; `undefined` if the network failed. */
  readonly response?: { readonly status: number; readonly headers: Headers } | undefined
}

/** Codes after which it is unknown whether a mutation was carried out. */
const UNKNOWN: ReadonlySet<unknown> = new Set(['SERVICE_UNAVAILABLE', 'SERVICE_TIMEOUT', 'INTERNAL'])
/**
 * The code of an answer that became too large after the work was done; without `data` nothing ran.
 */
const TOO_LARGE = 'OPERATION_TOO_COMPLEX'
/** Codes of a mutation that did not run this time; an earlier attempt may have run. */
const NOT_NOW: ReadonlySet<unknown> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BUDGET_EXHAUSTED',
  'OPERATION_NOT_ALLOWED',
])
/** Codes of an operation that did not run, but may soon. */
const LATER: ReadonlySet<unknown> = new Set(['SERVICE_UNAVAILABLE', 'SERVICE_TIMEOUT', 'BUDGET_EXHAUSTED'])
const LATER_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504])

export const hasCode = ({ errors }: Answer, code: string): boolean => codesOf(errors).includes(code)

const codesOf = (errors: Answer['errors']): readonly unknown[] =>
  (errors ?? []).map(({ extensions }) => extensions?.['code'])

/** True if a query with this answer should be retried: it has no data at all. */
export const isWorthAnother = ({ data, errors }: Answer): boolean =>
  (data === null || data === undefined) && codesOf(errors).some((code) => LATER.has(code))

/**
 * True if it is unknown whether a mutation with this answer was carried out: a root field has no
 * value, because of one of those errors. Fields below a value fail only after the mutation.
 */
export function isOutcomeUnknown({ data, errors }: Answer): boolean {
  if (data === undefined && !errors) return true
  const isMissing = (root: unknown): boolean => (data?.[String(root)] ?? null) === null
  return (errors ?? []).some(({ path, extensions }) => {
    const code = extensions?.['code']
    const isToBlame = UNKNOWN.has(code) || (code === TOO_LARGE && data === null)
    return isToBlame && (!path || isMissing(path[0]))
  })
}

/** Whether the answer only says that the mutation did not run this time. */
export const isNotNow = ({ data, errors }: Answer): boolean =>
  (errors ?? []).some(
    ({ path, extensions }) =>
      NOT_NOW.has(extensions?.['code']) && (!path || (data?.[String(path[0])] ?? null) === null),
  )

/** Whether a query may be retried: the network failed, or the server asks to come back. */
export const isTransient = ({ response }: Failure): boolean => !response || LATER_STATUS.has(response.status)

/**
 * Whether a mutation that failed like this may have been carried out: no one rejected the request.
 */
export const mayHaveRun = ({ response }: Failure): boolean =>
  !response || LATER_STATUS.has(response.status) || response.status < 400 || response.status >= 500

/** Milliseconds to wait, if the answer says so. */
export function pauseAfterAnswer({ errors }: Answer): number | undefined {
  const seconds = (errors ?? []).map(({ extensions }) => extensions?.['retryAfter']).filter((one) => Number(one) >= 0)
  return seconds.length > 0 ? Math.max(...seconds.map(Number)) * 1000 : undefined
}

/** `Retry-After` is seconds or a date (RFC 9110, section 10.2.3). */
export function pauseAfterFailure({ response }: Failure): number | undefined {
  const text = response?.headers.get('retry-after')
  if (text === null || text === undefined) return undefined
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

/** True if the bank carried out the request, at least in part: an outcome that is no refusal. */
export const isCarriedOut = ({ data }: Answer): boolean =>
  Object.values(data ?? {}).some(
    (outcome) =>
      typeof outcome === 'object' && outcome !== null && !('__typename' in outcome && outcome.__typename === 'Refusal'),
  )
