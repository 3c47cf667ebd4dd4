/**
 * Checks the events of subscribers: every event of their account in the outbox from their first
 * cursor on, once, in order.
 */
import type { EraRecord } from './era.ts'
import type { OutboxEvent, SeenEvent, Segment } from './history.ts'

export function findEventAnomalies(segments: readonly Segment[], eras: readonly EraRecord[]): string[] {
  const latest = new Map(segments.map((segment) => [segment.account, segment]))
  return segments.flatMap((segment) => {
    const isLast = latest.get(segment.account) === segment
    const record = isLast ? eras.at(-1) : eras[segment.era]
    if (!record) throw new Error(`There is no era ${segment.era}.`)
    const end = isLast ? undefined : (segment.events.at(-1)?.sequence ?? segment.from)
    const expected = record.outbox.filter(
      ({ sequence, debit, credit }) =>
        (debit === segment.account || credit === segment.account) &&
        sequence > segment.from &&
        (end === undefined || sequence <= end),
    )
    const next = segments.find((one) => one.account === segment.account && one.began > segment.era)
    const isUnfounded = segment.refused !== undefined && next === undefined
    return [
      ...(isUnfounded
        ? [`the cursor of ${segment.account} was refused with ${segment.refused}, and no restore came between`]
        : []),
      ...compare(segment, expected),
    ]
  })
}

function compare({ account, events }: Segment, expected: readonly OutboxEvent[]): string[] {
  const anomalies: string[] = []
  const written = new Map(expected.map((event) => [event.sequence, event]))
  let last = -1n
  const seen = new Set<bigint>()
  for (const event of events) {
    const { sequence } = event
    const what = `event ${sequence}`
    if (seen.has(sequence)) anomalies.push(`a subscriber of ${account} was told ${what} twice`)
    else if (sequence < last) anomalies.push(`a subscriber of ${account} was told ${what} after ${last}`)
    const original = written.get(sequence)
    if (!original) anomalies.push(`a subscriber of ${account} was told ${what}, which the outbox does not have`)
    else if (!isSame(event, original)) anomalies.push(`a subscriber of ${account} was told another ${what}`)
    seen.add(sequence)
    last = sequence
  }
  for (const sequence of written.keys())
    if (!seen.has(sequence)) anomalies.push(`a subscriber of ${account} missed event ${sequence}`)
  return anomalies
}

const isSame = (one: SeenEvent, other: SeenEvent): boolean =>
  one.kind === other.kind && one.transfer === other.transfer && one.amount === other.amount
