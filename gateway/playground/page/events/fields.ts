/** Takes an event apart: its fields, by the service that gave them. */
import type { ExecutionResult } from 'graphql'
import type { JoinOfTab } from '../common/settings.ts'

export interface GivenField {
  /** Empty where it is not known. */
  readonly service: string
  readonly isJoined: boolean
  /** Paths without the root field. */
  readonly fields: readonly { readonly path: string; readonly value: string }[]
}

/** What there is to say in a line: the first texts of the event itself, or its error. */
export function headlineOf({ data, errors }: ExecutionResult): string {
  const [event] = Object.values(data ?? {})
  if (typeof event !== 'object' || event === null) return errors?.[0]?.message ?? 'An event'
  const texts = Object.values(event).flatMap((value) => {
    if (typeof value === 'object' && value !== null) return Object.values(value).slice(0, 1).filter(isText)
    return isText(value) && !INSTANT.test(value) ? [value] : []
  })
  return texts.slice(0, 2).join(' ')
}

const INSTANT = /^\d{4}-\d\d-\d\dT/
const isText = (value: unknown): value is string => typeof value === 'string'

/** In the order of the answer. */
export function fieldsGivenBy({ data }: ExecutionResult, joins: readonly JoinOfTab[]): readonly GivenField[] {
  const groups = new Map<string, { path: string; value: string }[]>()
  for (const { path, value } of leavesOf(data, [])) {
    // Lists have no names of their own in the paths of joins.
    const names = path.filter((key) => typeof key === 'string').join('.')
    const join = joins.findLast((each) => names === each.path || names.startsWith(`${each.path}.`))
    const service = join?.service ?? ''
    const group = groups.get(service) ?? []
    groups.set(service, group)
    group.push({ path: path.slice(1).join('.'), value })
  }
  return [...groups].map(([service, fields]) => ({ service, isJoined: service !== joins[0]?.service, fields }))
}

function leavesOf(value: unknown, path: readonly (string | number)[]): readonly { path: typeof path; value: string }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value: String(value) }]
  const entries = Array.isArray(value) ? value.map((inner, index) => [index, inner] as const) : Object.entries(value)
  return entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
}
