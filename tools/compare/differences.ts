/**
 * Finds every difference between two answers to one operation. Some are by this gateway's design,
 * and have a reason. Pure functions.
 */
import { isDeepStrictEqual } from 'node:util'
import { isErrorCode } from '../../platform/protocol/errors.ts'
import type { Answered, ShownError } from './gateways.ts'

type Part = 'data' | 'errors' | 'calls'

export interface Difference {
  readonly part: Part
  /** Path in the answer, or service. */
  readonly at: string
  readonly ours: string
  readonly stock: string
  /** The reason for a difference by design; others matter. */
  readonly reason?: string
}

const MOST_PER_PART = 20

/** The most important differences first. */
export function differencesOf(ours: Answered, stock: Answered): readonly Difference[] {
  const found = [...ofData(ours.data, stock.data), ...ofErrors(ours.errors, stock), ...ofCalls(ours, stock)]
  const sorted = found.toSorted((one, other) => Number(one.reason !== undefined) - Number(other.reason !== undefined))
  return [...Map.groupBy(sorted, ({ part }) => part).values()].flatMap((all) => all.slice(0, MOST_PER_PART))
}

const ORDER = 'only the order of fields differs; this gateway keeps that of the operation, as the specification says'

function ofData(ours: unknown, stock: unknown): readonly Difference[] {
  const found: Difference[] = []
  compareValues(ours, stock, [], found)
  if (found.length === 0 && JSON.stringify(ours) !== JSON.stringify(stock))
    found.push({ part: 'data', at: '', ours: 'other order', stock: 'other order', reason: ORDER })
  return found
}

type Path = readonly (string | number)[]

function compareValues(ours: unknown, stock: unknown, path: Path, found: Difference[]): void {
  if (isDeepStrictEqual(ours, stock)) return
  if (Array.isArray(ours) && Array.isArray(stock) && ours.length === stock.length) {
    for (const [at, item] of ours.entries()) compareValues(item, stock[at], [...path, at], found)
  } else if (isObject(ours) && isObject(stock)) {
    for (const name of new Set([...Object.keys(ours), ...Object.keys(stock)]))
      compareValues(ours[name], stock[name], [...path, name], found)
  } else found.push({ part: 'data', at: textOf(path), ours: shown(ours), stock: shown(stock) })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const LONGEST = 120 // characters

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

const textOf = (path: Path | undefined): string => path?.join('.') ?? ''

const MASKED = 'this gateway masks errors that carry none of its codes (docs/configuration/errors.md)'
const CODES = 'codes of this gateway are a closed list (docs/errors.md)'
const PLACES = 'this gateway tells an error at each place that it leaves null'
const VALUES = 'the stock gateway does not tell faults of values in "errors"'
const AWAY = 'this gateway tells in its own words that a service cannot be reached'

function ofErrors(ours: readonly ShownError[], stock: Answered): readonly Difference[] {
  const left = [...stock.errors]
  const told = new Set<ShownError>()
  const take = (matches: (error: ShownError) => boolean): ShownError | undefined => {
    const at = left.findIndex(matches)
    return at < 0 ? undefined : left.splice(at, 1)[0]
  }
  const differences = ours
    .map((error) => [error, take(({ path }) => textOf(path) === textOf(error.path))] as const)
    .flatMap(([error, same]): Difference[] => {
      if (same) return ofPair(error, same)
      const mayBe = (other: ShownError): boolean => mayStandFor(other, error)
      // One error of the stock gateway may represent several places.
      const other = take(mayBe) ?? [...told].find(mayBe)
      if (!other) return [onlyHere(error, stock)]
      told.add(other)
      const places = { at: `${textOf(error.path)} path`, ours: textOf(error.path), stock: textOf(other.path) || 'none' }
      return [{ part: 'errors', ...places, reason: PLACES }, ...ofPair(error, other)]
    })
  const onlyStock = left.map(
    (error): Difference => ({ part: 'errors', at: textOf(error.path), ours: 'nothing', stock: inShort(error) }),
  )
  return [...differences, ...onlyStock]
}

function onlyHere(error: ShownError, { errors }: Answered): Difference {
  const isOfValue = errors.length === 0 && codeOf(error) === 'INTERNAL'
  const told = { part: 'errors', at: textOf(error.path), ours: inShort(error), stock: 'nothing' } as const
  return isOfValue ? { ...told, reason: VALUES } : told
}

/** Whether an error of the stock gateway, without a path or with a nearby one, is the same. */
function mayStandFor({ path: other = [], message }: ShownError, error: ShownError): boolean {
  const { path = [] } = error
  const isPlaceless = other.length === 0 || other.includes('@') || other.includes('_entities')
  const isNear =
    path.slice(0, other.length).join() === other.join() || other.slice(0, path.length).join() === path.join()
  return (isPlaceless || isNear) && (message === error.message || isInOwnWords(error))
}

const codeOf = ({ extensions }: ShownError): unknown => extensions?.['code']
const isMasked = (error: ShownError): boolean => codeOf(error) === 'INTERNAL'
export const isAway = (error: ShownError): boolean => codeOf(error) === 'SERVICE_UNAVAILABLE'
const isInOwnWords = (error: ShownError): boolean => isMasked(error) || isAway(error)
const inShort = (error: ShownError): string => `${String(codeOf(error))}: ${shown(error.message)}`

function ofPair(ours: ShownError, stock: ShownError): Difference[] {
  const at = textOf(ours.path)
  const differences: Difference[] = []
  if (ours.message !== stock.message) {
    const reason = isMasked(ours) ? MASKED : isAway(ours) ? AWAY : undefined
    differences.push({
      part: 'errors',
      at: `${at} message`.trim(),
      ours: shown(ours.message),
      stock: shown(stock.message),
      ...(reason !== undefined && { reason }),
    })
  }
  const [own, other] = [codeOf(ours), codeOf(stock)]
  if (own !== other)
    differences.push({
      part: 'errors',
      at: `${at} code`.trim(),
      ours: String(own),
      stock: String(other),
      ...(isErrorCode(own) && { reason: CODES }),
    })
  return differences
}

const RETRIES = 'this gateway tries a failed call of a query again'
const FEWER = 'this gateway asks less often: equal and neighbouring calls are one, and caches answer'

function ofCalls(ours: Answered, stock: Answered): readonly Difference[] {
  const services = new Set([...ours.calls.keys(), ...stock.calls.keys()])
  const isFailed = ours.errors.some(isAway)
  return [...services].sort().flatMap((service): Difference[] => {
    const [own, other] = [ours.calls.get(service) ?? 0, stock.calls.get(service) ?? 0]
    if (own === other) return []
    const reason = own < other ? FEWER : isFailed ? RETRIES : undefined
    return [{ part: 'calls', at: service, ours: `${own}`, stock: `${other}`, ...(reason !== undefined && { reason }) }]
  })
}
