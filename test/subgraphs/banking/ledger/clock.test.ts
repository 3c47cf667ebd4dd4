import { describe, expect, test } from '@jest/globals'
import {
  type ClockReading,
  type ClockRefusal,
  createLedgerClock,
  LONGEST_REST,
  LONGEST_STEP,
  MOST_DIFFERENCE,
  STEADY,
} from '../../../../subgraphs/banking/ledger/clock.ts'

const NOON = Date.UTC(2026, 6, 1, 12)
const DAY = 86_400_000
const iso = (at: number): string => new Date(at).toISOString()

/** Both clocks with an offset of `shift`, so many milliseconds after noon. */
const reading = (after: number, shift = 0, instance = shift): ClockReading => ({
  database: NOON + after + shift,
  asked: NOON + after + instance - 1,
  answered: NOON + after + instance + 1,
  monotonic: after,
})

/** Checks each reading in turn; returns the fault of each. */
const faults = (readings: readonly ClockReading[], last = NOON, confirmed?: string) => {
  const clock = createLedgerClock({ confirmed })
  return readings.map((one) => clock.observe(one, iso(last))?.fault)
}

describe('ledger clock', () => {
  test('The ledger clock is trusted while the database and the instance agree, however slow the answer', () => {
    const slow: ClockReading = { database: NOON + 100, asked: NOON - 20_000, answered: NOON + 20_000, monotonic: 0 }
    expect(faults([slow])).toEqual([undefined])
    expect(faults([reading(0), reading(1_000, 0, MOST_DIFFERENCE), reading(2_000, 0, -MOST_DIFFERENCE)])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('The clock is not trusted while they differ, and is again afterwards', () => {
    const ahead = reading(1_000, MOST_DIFFERENCE + 2_000, 0)
    const behind = reading(1_500, -MOST_DIFFERENCE - 2_000, 0)
    expect(faults([reading(0), ahead, behind, reading(2_000)])).toEqual([
      undefined,
      'clocks differ',
      'clocks differ',
      undefined,
    ])
  })

  test('The ledger clock is not trusted during an excursion of both clocks, and is trusted at once afterwards', () => {
    const away = 400 * DAY
    expect(faults([reading(0), reading(1_000, away), reading(4_000, away), reading(5_000)])).toEqual([
      undefined,
      'clock stepped',
      'clock stepped',
      undefined,
    ])
  })

  test('The clock is trusted after a short step followed by even time, as after a sleep', () => {
    const slept = 8 * 3_600_000
    const readings = [0, 1_000, 2_000, 1_000 + STEADY].map((after, at) => reading(after, at === 0 ? 0 : slept))
    expect(faults(readings)).toEqual([undefined, 'clock stepped', 'clock stepped', undefined])
  })

  test('The clock is not trusted after a long step until an operator confirms it', () => {
    const readings = [0, 1_000, 1_000 + 2 * STEADY].map((after, at) =>
      reading(after, at === 0 ? 0 : LONGEST_STEP + DAY),
    )
    expect(faults(readings).at(-1)).toBe('clock stepped')
    expect(faults(readings, NOON, iso(NOON + LONGEST_STEP + DAY)).at(-1)).toBeUndefined()
  })

  test('The clock waits for a ledger that is ahead by more than the allowed difference', () => {
    expect(faults([reading(0)], NOON + MOST_DIFFERENCE)).toEqual([undefined])
    expect(faults([reading(0)], NOON + MOST_DIFFERENCE + 1_000)).toEqual(['ledger ahead'])
    expect(faults([reading(0)], NOON + 400 * DAY, iso(NOON + 400 * DAY))).toEqual([undefined])
  })

  test('The clock may not end a pause of over a year, except on a new ledger', () => {
    const last = NOON - LONGEST_REST - DAY
    expect(faults([reading(0)], last)).toEqual(['long rest'])
    expect(faults([reading(0)], last, iso(NOON))).toEqual([undefined])
    expect(faults([reading(0)], Date.UTC(2000, 0, 1))).toEqual([undefined])
  })

  test("The ledger clock gives no time before due work's own, unless that time is implausible", () => {
    const clock = createLedgerClock()
    expect(clock.now(reading(0, -3_000, 0), iso(NOON - DAY), [iso(NOON + 1)])).toBe(iso(NOON + 1))
    expect(() => clock.now(reading(1_000), iso(NOON), [iso(NOON + 400 * DAY)])).toThrow('Ask again with the same key.')
  })

  test('A refusal by the ledger clock has a code, and only the operator sees its reason', () => {
    const told: ClockRefusal[] = []
    const clock = createLedgerClock({ onRefused: (refusal) => told.push(refusal) })
    const ask = () => clock.now(reading(0, 3_600_000, 0), iso(NOON), [])
    expect(ask).toThrow(
      expect.objectContaining({ extensions: { code: 'SERVICE_UNAVAILABLE', service: 'banking', retryAfter: 30 } }),
    )
    expect(told).toEqual([{ fault: 'clocks differ', by: 3_600_000 - 1 }])
  })
})
