/**
 * Judges a history: the ledger's log, in its own order, is replayed through the model; every acknowledgement, every read and the
 * order of real time must agree with it. It gives what is wrong, in words.
 */
import type { Balance, History, Logged, Told } from './history.ts'
import { Model } from './model.ts'

export interface Evidence {
  readonly history: History
  /** From the first operation of the run, in order. */
  readonly log: readonly Logged[]
  readonly opening: ReadonlyMap<string, bigint>
  readonly holdSeconds: number
}

export function findAnomalies({ history, log, opening, holdSeconds }: Evidence): string[] {
  const anomalies: string[] = []
  const model = new Model(opening, holdSeconds)
  const numbers = new Map<string, bigint>()
  const recorded = new Map<string, Told>()
  const reads = Map.groupBy(history.reads, ({ operation }) => operation)
  const judgeReads = (operation: bigint): void => {
    for (const read of reads.get(operation) ?? [])
      for (const [id, seen] of read.balances) {
        const expected = model.balances.get(id)
        if (expected && !sameBalance(seen, expected))
          anomalies.push(`a read after operation ${operation} saw ${show(seen)} on ${id}, not ${show(expected)}`)
      }
  }

  for (const { number, key, name, refusal, subject, at } of log) {
    const told: Told = refusal === null ? { id: subject ?? '' } : { refused: refusal }
    const expiry =
      name === 'expireHold' ? ({ kind: 'expire', transfer: key.replace('expire ', '') } as const) : undefined
    const asked = expiry ?? history.asked.get(key)
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
    for (const [id, { posted, debitsPending }] of model.balances)
      if (posted - debitsPending < 0n) anomalies.push(`${id} went under its floor at operation ${number}`)
    judgeReads(number)
  }

  for (const { key, told } of history.acknowledged) {
    const found = recorded.get(key)
    if (!found) anomalies.push(`"${key}" was acknowledged and is lost`)
    else if (!sameTold(told, found)) anomalies.push(`"${key}" was told ${show(told)}, recorded is ${show(found)}`)
  }
  return [...anomalies, ...realTimeAnomalies(history, numbers)]
}

/** What was told before something else began must come before it; a read sees all that was told before it began. */
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
