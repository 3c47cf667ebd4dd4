/**
 * Checks a history: replays the ledger's log through the model. Every acknowledgement, every read
 * and real-time order must agree with it, from one restore to the next. Returns descriptions of the
 * faults.
 */
import { findRestoreAnomalies, keptBy } from './check-restores.ts'
import type { EraRecord } from './era.ts'
import type { Balance, History, Told, WholeRead } from './history.ts'
import { Model, type Own } from './model.ts'

interface Evidence {
  readonly history: History
  readonly eras: readonly EraRecord[]
  readonly opening: ReadonlyMap<string, bigint>
  readonly holdSeconds: number
  /** The latest time that a trusted clock may show at the end, ISO 8601. */
  readonly latest: string
}

export function findAnomalies({ history, eras, ...rest }: Evidence): string[] {
  const anomalies: string[] = []
  let kept: History = { asked: history.asked, acknowledged: [], reads: [] }
  for (const [era, record] of eras.entries()) {
    const before = eras[era - 1]
    if (before && record.cut) {
      kept = keptBy(kept, before.log, record.cut.operation)
      anomalies.push(...findRestoreAnomalies(before, record, history.asked))
    }
    kept = {
      asked: history.asked,
      acknowledged: [...kept.acknowledged, ...history.acknowledged.filter((one) => one.era === era)],
      reads: [...kept.reads, ...history.reads.filter((one) => one.era === era)],
    }
    anomalies.push(...findEraAnomalies({ ...rest, history: kept, record, isLast: era === eras.length - 1 }))
  }
  return anomalies
}

interface EraEvidence extends Omit<Evidence, 'eras'> {
  readonly record: EraRecord
  readonly isLast: boolean
}

function findEraAnomalies({ history, record, opening, holdSeconds, latest, isLast }: EraEvidence): string[] {
  const anomalies: string[] = []
  const model = new Model(opening, holdSeconds)
  const numbers = new Map<string, bigint>()
  const recorded = new Map<string, Told>()
  const reads = Map.groupBy(history.reads, ({ operation }) => operation)
  let lastAt = ''
  for (const { number, key, name, refusal, subject, at } of record.log) {
    const told: Told = refusal === null ? { id: subject ?? '' } : { refused: refusal }
    const asked = ownOf(name, key, record.runs) ?? history.asked.get(key)
    if (!asked) {
      anomalies.push(`operation ${number} was never asked for`)
      continue
    }
    if (numbers.has(key)) anomalies.push(`"${key}" happened twice`)
    numbers.set(key, number)
    recorded.set(key, told)
    const expected = model.apply(asked, subject ?? '', at)
    if (!sameTold(told, expected))
      anomalies.push(`operation ${number} (${asked.kind}) gave ${show(told)}, one at a time it gives ${show(expected)}`)
    if (at < lastAt) anomalies.push(`the ledger's time went back at operation ${number}`)
    if (at > latest) anomalies.push(`operation ${number} was written ahead of time, at ${at}`)
    lastAt = at
    for (const [id, { posted, debitsPending }] of model.balances)
      if (posted - debitsPending < 0n) anomalies.push(`${id} went under its floor at operation ${number}`)
    anomalies.push(...readAnomalies(reads.get(number) ?? [], model))
  }
  if (isLast) anomalies.push(...model.missedDays(lastAt).map((day) => `${day} was not run`))
  for (const { key, told } of history.acknowledged) {
    const found = recorded.get(key)
    if (!found) anomalies.push(`"${key}" was acknowledged and is lost`)
    else if (!sameTold(told, found)) anomalies.push(`"${key}" was told ${show(told)}, recorded is ${show(found)}`)
  }
  return [...anomalies, ...realTimeAnomalies(history, numbers)]
}

/** The operation that the bank started by itself. */
function ownOf(name: string, key: string, runs: EraRecord['runs']): Own | undefined {
  if (name === 'expireHold') return { kind: 'expire', transfer: key.replace('expire ', '') }
  if (name !== 'runSchedule') return undefined
  const [schedule = '', dueOn = ''] = key.split(' ')
  return { kind: 'run', schedule, dueOn, refusal: runs.get(key) }
}

const readAnomalies = (reads: readonly WholeRead[], model: Model): string[] =>
  reads.flatMap(({ operation, balances }) =>
    [...balances].flatMap(([id, seen]) => {
      const expected = model.balances.get(id)
      if (!expected || sameBalance(seen, expected)) return []
      return [`a read after operation ${operation} saw ${show(seen)} on ${id}, not ${show(expected)}`]
    }),
  )
/**
 * An operation acknowledged before another began must precede it; a read sees all operations
 * acknowledged before it began.
 */
function realTimeAnomalies({ acknowledged, reads }: History, numbers: ReadonlyMap<string, bigint>): string[] {
  const told = acknowledged
    .flatMap(({ key, toldAt }) => ({ key, time: toldAt, number: numbers.get(key) ?? 0n }))
    .sort((one, other) => one.time - other.time)
  const begun = [
    ...acknowledged.map(({ key, startedAt }) => ({
      what: `"${key}"`,
      time: startedAt,
      number: numbers.get(key),
      strictly: true,
    })),
    ...reads.map(({ operation, startedAt }) => ({
      what: 'a read',
      time: startedAt,
      number: operation,
      strictly: false,
    })),
  ].sort((one, other) => one.time - other.time)

  const anomalies: string[] = []
  let next = 0
  let newest = { key: 'nothing', number: -1n }
  for (const { what, time, number, strictly } of begun) {
    for (let each = told[next]; each && each.time < time; each = told[next]) {
      if (each.number > newest.number) newest = each
      next += 1
    }
    if (number !== undefined && (strictly ? number <= newest.number : number < newest.number))
      anomalies.push(`${what} began after "${newest.key}" was told, and comes before it`)
  }
  return anomalies
}

const sameTold = (one: Told, other: Told): boolean => JSON.stringify(one) === JSON.stringify(other)

const sameBalance = (one: Balance, other: Balance): boolean =>
  one.posted === other.posted &&
  one.debitsPending === other.debitsPending &&
  one.creditsPending === other.creditsPending

const show = (value: Told | Balance): string =>
  JSON.stringify(value, (_name, part) => (typeof part === 'bigint' ? `${part}` : part))
