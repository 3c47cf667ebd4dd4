/** One process's part of the live map, as plain data: workers send it to their primary. */
import type { Stages } from '../execution/plan/stages.ts'
import { countOf, type Durations, type Spread } from '../figures/durations.ts'
import type { ServiceReading } from '../traffic/reading.ts'

/** Counts of the last seconds. */
export interface Reading {
  readonly operations: readonly OperationReading[]
  readonly shared: number
  /** Open now. */
  readonly subscriptions: number
  readonly services: readonly ServiceReading[]
}

interface OperationReading {
  readonly name: string
  readonly answers: Spread
  readonly stages: Stages | undefined
}

interface OperationFigures {
  readonly durations: Durations
  readonly stages: Stages | undefined
}

/** The operations that ran recently. @param now in milliseconds of `performance.now()` */
export const readingsOf = (
  operations: Iterable<readonly [name: string, figures: OperationFigures]>,
  now: number,
): readonly OperationReading[] =>
  Array.from(operations, ([name, { durations, stages }]) => ({ name, answers: durations.recent(now), stages })).filter(
    ({ answers }) => countOf(answers) > 0,
  )
