/** Prepares recorded use for the checks: one entry for each operation, client and version. */
import type { OperationTypeNode } from 'graphql'
import { readWhole } from '../../../platform/process/command.ts'
import type { DayOfUse } from '../../usage/day.ts'
import type { Use } from './use.ts'

/** Recorded use of an operation. */
export interface RecordedUse extends Use {
  readonly client: string
  readonly version: string
  readonly requests: number
  /** Days (UTC). */
  readonly first: string
  readonly last: string
  readonly given: ReadonlyMap<string, number>
}

/**
 * Days of several gateways, in any order.
 * @param last number of days to use, up to the last one recorded
 */
export function recordedUse(all: readonly DayOfUse[], last?: number): readonly RecordedUse[] {
  const days = last === undefined ? all : latest(all, last)
  const uses = new Map<string, RecordedUse>()
  for (const { day, documents, rows } of days)
    for (const { document: id, client, version, requests, given } of rows) {
      const document = documents[id]
      if (!document) continue
      const key = JSON.stringify([id, client, version])
      const before = uses.get(key)
      const counts = new Map(before?.given)
      for (const [coordinate, count] of Object.entries(given))
        counts.set(coordinate, (counts.get(coordinate) ?? 0) + count)
      const sum = requests + (before?.requests ?? 0)
      const always = new Set(document.coordinates)
      const used = [...(before?.uses.keys() ?? []), ...document.coordinates, ...counts.keys()]
      uses.set(key, {
        operation: document.operation ?? undefined,
        kind: document.kind as OperationTypeNode,
        client,
        version,
        variant: document.variant,
        requests: sum,
        first: before && before.first < day ? before.first : day,
        last: before && before.last > day ? before.last : day,
        given: counts,
        omits: new Set([...counts.keys()].filter((one) => (counts.get(one) ?? 0) < sum && !always.has(one))),
        uses: new Map(used.map((coordinate) => [coordinate, undefined])),
      })
    }
  return [...uses.values()].toSorted(
    (one, other) =>
      order(one.client, other.client) ||
      orderOfVersions(one.version, other.version) ||
      order(one.operation, other.operation),
  )
}

/** Reads the number of days from a command's arguments. @throws StartRefused */
export const readDays = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : readWhole('--days', text, 1, 9_999)

/** 1.9 before 1.10. */
export const order = (one = '', other = ''): number => one.localeCompare(other, 'en', { numeric: true })

/** As above, and 2.0.0-beta before 2.0.0. */
export function orderOfVersions(one: string, other: string): number {
  const [release, ...early] = one.split('-')
  const [otherRelease, ...otherEarly] = other.split('-')
  const byRelease = order(release, otherRelease)
  if (byRelease !== 0 || early.length === 0 || otherEarly.length === 0)
    return byRelease || otherEarly.length - early.length
  return order(early.join('-'), otherEarly.join('-'))
}

const DAY = 86_400_000 // milliseconds

function latest(days: readonly DayOfUse[], count: number): readonly DayOfUse[] {
  const end = Math.max(...days.map(({ day }) => Date.parse(day)))
  return days.filter(({ day }) => Date.parse(day) > end - count * DAY)
}
