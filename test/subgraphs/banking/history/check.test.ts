/**
 * Tests the checker on hand-written histories: it must find each fault that a run must never show.
 */
import { describe, expect, test } from '@jest/globals'
import { findAnomalies } from './check.ts'
import { findEventAnomalies } from './check-events.ts'
import type { EraRecord } from './era.ts'
import type { Acknowledged, Asked, Logged, OutboxEvent, Segment } from './history.ts'

const noon = '2026-03-01T12:00:00.000Z'
const line = (number: bigint, more: Partial<Logged>): Logged => ({
  number,
  key: `key ${number}`,
  name: 'transfer',
  refusal: null,
  subject: `${number}`,
  at: noon,
  ...more,
})
const record = (log: readonly Logged[], more: Partial<EraRecord> = {}): EraRecord => ({
  cut: undefined,
  log,
  runs: new Map(),
  outbox: [],
  ...more,
})
const pay: Asked = { kind: 'transfer', from: 'A', to: 'B', amount: 1n }
const told = (key: string, id: string, era: number): Acknowledged => ({
  key,
  asked: pay,
  told: { id },
  startedAt: 0,
  toldAt: 1,
  era,
})

interface Given {
  readonly asked: Readonly<Record<string, Asked>>
  readonly acknowledged?: readonly Acknowledged[]
  readonly eras: readonly EraRecord[]
}
const anomaliesOf = ({ asked, acknowledged = [], eras }: Given): string[] =>
  findAnomalies({
    history: { asked: new Map(Object.entries(asked)), acknowledged, reads: [] },
    eras,
    opening: new Map([
      ['A', 100n],
      ['B', 0n],
    ]),
    holdSeconds: 3,
    latest: '2026-03-05T00:00:00.000Z',
  })

describe('days of a standing order', () => {
  const asked: Given['asked'] = { 'key 1': { ...pay, kind: 'schedule', frequency: 'DAILY', firstOn: '2026-03-02' } }
  const ordered = line(1n, { name: 'scheduleTransfer', subject: 'S' })
  const run = (number: bigint, dueOn: string, at: string): Logged =>
    line(number, { name: 'runSchedule', key: `S ${dueOn}`, subject: 'S', at })
  const days = (...log: readonly Logged[]): string[] =>
    anomaliesOf({ asked, eras: [record([ordered, ...log], { runs: new Map(log.map(({ key }) => [key, null])) })] })

  test('Days of a standing order that run on time and once raise no finding', () => {
    expect(days(run(2n, '2026-03-02', '2026-03-02T00:00:01Z'), run(3n, '2026-03-03', '2026-03-03T00:00:01Z'))).toEqual(
      [],
    )
  })

  test.each<[string, RegExp, readonly Logged[]]>([
    ['early', /SCHEDULE_NOT_DUE/, [run(2n, '2026-03-02', '2026-03-01T23:59:59Z')]],
    ['twice', /happened twice/, [run(2n, '2026-03-02', '2026-03-02T01Z'), run(3n, '2026-03-02', '2026-03-02T02Z')]],
    ['left out', /SCHEDULE_NOT_DUE/, [run(2n, '2026-03-03', '2026-03-03T00:00:01Z')]],
    ['lost', /2026-03-03 of schedule S was not run/, [run(2n, '2026-03-02', '2026-03-03T00:00:01Z')]],
  ])('A scheduled day that runs wrongly is reported: %s', (_name, expected, log) => {
    expect(days(...log)).toContainEqual(expect.stringMatching(expected))
  })
})

test.each<[string, RegExp, readonly string[]]>([
  ['ahead of the true time', /ahead of time/, ['2026-03-06T00:00:00.000Z']],
  ['back', /time went back/, [noon, '2026-03-01T11:59:59.000Z']],
])('A ledger clock that runs %s is reported', (_name, expected, instants) => {
  const log = instants.map((at, index) => line(BigInt(index + 1), { at }))
  const asked = Object.fromEntries(log.map(({ key }) => [key, pay]))
  expect(anomaliesOf({ asked, eras: [record(log)] })).toContainEqual(expect.stringMatching(expected))
})

describe('restore', () => {
  const event = (sequence: bigint): OutboxEvent => ({
    sequence,
    kind: 'TRANSFER_POSTED',
    transfer: `${sequence}`,
    amount: '1',
    debit: 'A',
    credit: 'B',
  })
  const asked = { 'key 1': pay, 'key 2': pay, 'key 3': pay }
  const cut = { operation: 1n, sequence: 1n }
  const before = record([line(1n, {}), line(2n, {})], { outbox: [event(1n), event(2n)] })
  const restored = (acknowledged: readonly Acknowledged[], after: Partial<EraRecord> & Pick<EraRecord, 'log'>) =>
    anomaliesOf({ asked, acknowledged, eras: [before, record(after.log, { cut, ...after })] })

  test('A restore that undoes only what came after the backup raises no finding', () => {
    const acknowledged = [told('key 1', '1', 0), told('key 2', '2', 0), told('key 3', '9', 1)]
    const log = [line(1n, {}), line(2n, { key: 'key 3', subject: '9' })]
    expect(restored(acknowledged, { log, outbox: [event(1n), event(9n)] })).toEqual([])
  })

  test.each<[string, RegExp, Partial<EraRecord> & Pick<EraRecord, 'log'>]>([
    ['loses what was backed up', /is not the one that was backed up/, { log: [] }],
    ['gives an id again', /2 named something else/, { log: [line(1n, {}), line(2n, { key: 'key 3' })] }],
    ['gives a cursor again', /a cursor at 2/, { log: [line(1n, {})], outbox: [event(1n), event(2n)] }],
  ])('A faulty restore is reported: it %s', (_name, expected, after) => {
    expect(restored([], after)).toContainEqual(expect.stringMatching(expected))
  })
})

describe('subscriber', () => {
  const outbox = [1n, 2n, 3n].map((sequence) => ({
    sequence,
    kind: 'TRANSFER_POSTED',
    transfer: `${sequence}`,
    amount: '1',
    debit: sequence === 2n ? 'B' : 'A',
    credit: 'C',
  }))
  const segment = (more: Partial<Segment>): Segment => ({
    account: 'C',
    from: 0n,
    events: [],
    began: 0,
    era: 0,
    refused: undefined,
    ...more,
  })
  const judge = (...segments: readonly Segment[]): string[] => findEventAnomalies(segments, [record([], { outbox })])

  test('A subscriber that gets every event of its account after its cursor raises no finding', () => {
    expect(judge(segment({ from: 1n, events: outbox.slice(1) }))).toEqual([])
    expect(judge(segment({ account: 'A', events: outbox.filter(({ debit }) => debit === 'A') }))).toEqual([])
  })

  test.each<[string, RegExp, readonly bigint[]]>([
    ['misses one', /missed event 2/, [1n, 3n]],
    ['misses the last', /missed event 3/, [1n, 2n]],
    ['is told one twice', /event 2 twice/, [1n, 2n, 2n, 3n]],
    ['is told one late', /event 2 after 3/, [1n, 3n, 2n]],
    ['is told one that is not there', /event 4, which/, [1n, 2n, 3n, 4n]],
  ])('A faulty stream is reported: the subscriber %s', (_name, expected, sequences) => {
    const events = sequences.map((sequence) => ({
      sequence,
      kind: 'TRANSFER_POSTED',
      transfer: `${sequence}`,
      amount: '1',
    }))
    expect(judge(segment({ events }))).toContainEqual(expect.stringMatching(expected))
  })

  test('A wrong event and an unexplained refusal are reported', () => {
    const events = outbox.map((event) => ({ ...event, amount: '2' }))
    expect(judge(segment({ events }))).toContainEqual(expect.stringMatching(/another event 1/))
    const refused = segment({ from: 3n, refused: 'BAD_USER_INPUT' })
    expect(judge(refused, segment({ from: 3n }))).toContainEqual(expect.stringMatching(/no restore came between/))
  })
})
