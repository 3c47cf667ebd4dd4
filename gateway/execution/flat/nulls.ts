/** Finds the nulls of an answer that its errors explain. */

import { skipNull, skipString, skipValue } from '../../../platform/data/json-bytes.ts'
import { Failure, type Fault } from '../answer/failure.ts'

const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b
const N = 0x6e

interface Step {
  readonly segment: string | number
  /** Position in the answer where the member or item begins. */
  readonly at: number
}

export interface ExplainedNull {
  readonly at: number
  readonly failure: Failure
  /** Path from the data to the null. */
  readonly steps: readonly Step[]
}

interface Explained {
  /** In the order of the answer. */
  readonly nulls: readonly ExplainedNull[]
  /** Faults whose path leads to no missing value. */
  readonly unplaced: readonly Fault[]
}

/** Puts each fault at the first null on its path. @param dataAt where the data begins */
export function explainNulls(bytes: Buffer, dataAt: number, faults: readonly Fault[]): Explained {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const nulls: ExplainedNull[] = []
  const placed = new Set<Fault>()
  const steps: Step[] = []

  /** Returns where the value ends. @param given faults whose paths lead to it */
  const visit = (at: number, given: readonly Fault[]): number => {
    const first = bytes[at]
    if (first === N) {
      const below = given.map(({ error, below }) => ({ error, below: below.slice(steps.length) }))
      nulls.push({ at, failure: new Failure(below), steps: [...steps] })
      for (const fault of given) placed.add(fault)
      return skipNull(bytes, at)
    }
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipValue(bytes, view, at)
    const bySegment = Map.groupBy(given, ({ below }) => String(below[steps.length]))
    let position = at + 1
    for (let index = 0; bytes[position] !== first + 2; index++) {
      const begin = position
      let segment: string | number = index
      if (first === OPEN_BRACE) {
        position = skipString(bytes, view, begin)
        segment = JSON.parse(bytes.toString('utf8', begin, position)) as string
        position++
      }
      const inside = bySegment.get(String(segment))?.filter(({ below }) => below.length > steps.length)
      if (inside && inside.length > 0) {
        steps.push({ segment, at: begin })
        position = visit(position, inside)
        steps.pop()
      } else position = skipValue(bytes, view, position)
      if (bytes[position] === COMMA) position++
    }
    return position + 1
  }
  visit(dataAt, faults)
  return { nulls, unplaced: faults.filter((fault) => !placed.has(fault)) }
}
