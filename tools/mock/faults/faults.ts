/** Requested delays and errors: by settings for all requests, by headers for one. */
import type { GraphQLResolveInfo } from 'graphql'
import { GraphQLError } from 'graphql'
import { StartRefused } from '../../../platform/process/settings.ts'
import { fakerFor } from '../data/random.ts'

/**
 * `path=VALUE`, where the path is `me.accounts`, `Account.balance`, or `*` for the whole request.
 */
interface Fault<Value> {
  readonly path: string
  readonly value: Value
}
/** Milliseconds. */
interface Delay {
  readonly from: number
  readonly to: number
}
export interface Faults {
  readonly errors: readonly Fault<string>[]
  readonly delays: readonly Fault<Delay>[]
  /** The share of root fields that fail, 0 to 1. */
  readonly rate: number
}

export const ERROR_HEADER = 'x-mock-error'
export const DELAY_HEADER = 'x-mock-delay'
const LONGEST = 60_000 // milliseconds

const items = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/**
 * `CODE` alone concerns the whole request; a number (`0.1`, `10%`) is a rate. @throws StartRefused
 */
export function readErrors(text: string): Pick<Faults, 'errors' | 'rate'> {
  let rate = 0
  const errors: Fault<string>[] = []
  for (const item of items(text)) {
    const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(item) ?? []
    const [, path = '*', code] = /^(?:([\w*.]+)=)?([\w.:/-]{1,100})$/.exec(item) ?? []
    if (number !== undefined) rate = Number(number) / (percent ? 100 : 1)
    else if (code !== undefined) errors.push({ path, value: code })
    else
      throw new StartRefused(
        `"${item}" is no error: write path=CODE, as me.accounts=SERVICE_UNAVAILABLE, or a rate, as 10%.`,
      )
  }
  if (rate > 1) throw new StartRefused(`The rate of errors is at most 100%, and not ${rate * 100}%.`)
  return { errors, rate }
}

/** `200`, `100-500`, or either for a path: `me.accounts=300`. @throws StartRefused */
export function readDelays(text: string): readonly Fault<Delay>[] {
  return items(text).map((item) => {
    const [, path = '*', from, to = from] = /^(?:([\w*.]+)=)?(\d+)(?:-(\d+))?$/.exec(item) ?? []
    if (from === undefined || Number(to) > LONGEST || Number(to) < Number(from))
      throw new StartRefused(
        `"${item}" is no delay: write milliseconds up to ${LONGEST}, as 200, 100-500 or me.accounts=300.`,
      )
    return { path, value: { from: Number(from), to: Number(to) } }
  })
}

/** Faults of the settings and of a request's headers. @throws StartRefused */
export function withHeaders(faults: Faults, headers: Readonly<Record<string, string | undefined>>): Faults {
  const errors = headers[ERROR_HEADER]
  const delays = headers[DELAY_HEADER]
  if (errors === undefined && delays === undefined) return faults
  const asked = readErrors(errors ?? '')
  return {
    errors: [...asked.errors, ...faults.errors],
    delays: [...readDelays(delays ?? ''), ...faults.delays],
    rate: Math.max(asked.rate, faults.rate),
  }
}

/** Milliseconds for the whole request. */
export const delayOfAll = ({ delays }: Faults, request: number): number =>
  millisecondsOf(delays.find(({ path }) => path === '*')?.value, `delay ${request}`)

/** Milliseconds for a field. */
export const delayOf = ({ delays }: Faults, info: GraphQLResolveInfo, request: number): number =>
  millisecondsOf(find(delays, info), `delay ${request} ${pathOf(info)}`)

const millisecondsOf = (delay: Delay | undefined, seed: string): number =>
  delay ? fakerFor(seed).number.int({ min: delay.from, max: delay.to }) : 0

/** The error code for a field, if any. */
export function errorCodeOf(faults: Faults, info: GraphQLResolveInfo, request: number): string | undefined {
  const code = find(faults.errors, info)
  const isRoot = info.path.prev === undefined
  if (code !== undefined || !isRoot) return code
  const all = faults.errors.find(({ path }) => path === '*')?.value
  if (all !== undefined) return all
  return faults.rate > 0 && fakerFor(`error ${request} ${pathOf(info)}`).number.float() < faults.rate
    ? 'SERVICE_UNAVAILABLE'
    : undefined
}

export const mockError = (code: string): GraphQLError =>
  new GraphQLError(`The mock was told to answer ${code}.`, { extensions: { code } })

function find<Value>(faults: readonly Fault<Value>[], info: GraphQLResolveInfo): Value | undefined {
  if (faults.length === 0) return undefined
  const names = [pathOf(info), pathOf(info, true), `${info.parentType.name}.${info.fieldName}`]
  return faults.find(({ path }) => names.includes(path))?.value
}

/** Names as the client wrote them. @param numbered with places in lists */
function pathOf({ path }: GraphQLResolveInfo, numbered = false): string {
  const keys: (string | number)[] = []
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at; at = at.prev)
    if (numbered || typeof at.key === 'string') keys.unshift(at.key)
  return keys.join('.')
}
