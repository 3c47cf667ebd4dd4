/**
 * Checks restores: the history continues from the backup's cut, and no id given out before means
 * something else afterwards.
 */
import type { EraRecord } from './era.ts'
import type { History, Logged } from './history.ts'

/** The part of an answered history that survives a restore. @param log of the era before it */
export function keptBy({ asked, acknowledged, reads }: History, log: readonly Logged[], cut: bigint): History {
  const kept = new Set(log.filter(({ number }) => number <= cut).map(({ key }) => key))
  return {
    asked,
    acknowledged: acknowledged.filter(({ key }) => kept.has(key)),
    reads: reads.filter(({ operation }) => operation <= cut),
  }
}

export function findRestoreAnomalies(before: EraRecord, after: EraRecord, asked: History['asked']): string[] {
  const { cut } = after
  if (!cut) throw new Error('The first era was not restored.')
  const lineOf = ({ number, key, refusal, subject, at }: Logged): string =>
    JSON.stringify([`${number}`, key, refusal, subject, at])
  const isKept = ({ number }: Logged): boolean => number <= cut.operation
  const isSame = before.log.filter(isKept).map(lineOf).join() === after.log.filter(isKept).map(lineOf).join()
  const lost = new Set(before.log.filter((line) => !isKept(line)).flatMap((line) => namedBy(line, asked)))
  const places = new Set(before.outbox.map(({ sequence }) => sequence).filter((sequence) => sequence > cut.sequence))
  return [
    ...(isSame ? [] : ['a restored history is not the one that was backed up']),
    ...after.log.flatMap((line) =>
      isKept(line)
        ? []
        : namedBy(line, asked).flatMap((id) => (lost.has(id) ? [`${id} named something else before a restore`] : [])),
    ),
    ...after.outbox.flatMap(({ sequence }) =>
      places.has(sequence) ? [`a cursor at ${sequence} stood for something else before a restore`] : [],
    ),
  ]
}

/** The new id that an operation returned, if any. */
function namedBy({ key, subject }: Logged, asked: History['asked']): string[] {
  const kind = asked.get(key)?.kind
  return subject !== null && (kind === 'transfer' || kind === 'hold' || kind === 'reverse') ? [subject] : []
}
