/**
 * Answers that are damaged in every way: the product gives what the exact path alone makes of them,
 * and asks no more. `CASES=1000000 SEED=3` tries more of them, repeatably. @slow
 */
import { describe, expect, test } from '@jest/globals'
import { casesOf, SEED } from '../../../support/cases.ts'
import { openFuzzed } from '../support/fuzz.ts'
import { bakery, inherited, library, maze, office, port, shop, studio, town } from '../universes/all.ts'

const { count: CASES, timeout: TIMEOUT } = casesOf('CASES', 4_000, 5)
const CASES_PER_OPERATION = 150

// Most cases make errors, and nobody looks where.
Error.stackTraceLimit = 0

/**
 * With the share of damaged answers that the flat path must take by itself: it is not tried
 * otherwise.
 */
const universes = [
  { universe: shop, least: 0.4 },
  { universe: library, least: 0.35 },
  { universe: maze, least: 0.35 },
  { universe: office, least: 0.35 },
  { universe: town, least: 0.35 },
  { universe: studio, least: 0.15 },
  { universe: inherited, least: 0.5 },
  { universe: bakery, least: 0.3 },
  { universe: port, least: 0.35 },
]

describe.each(universes)('damaged answers in a $universe.name', ({ universe, least }) => {
  test(
    'The flat path and the exact path agree on data, errors and requests',
    async () => {
      const cases = Math.ceil(CASES / universes.length)
      const { operations, close } = await openFuzzed(universe, Math.ceil(cases / CASES_PER_OPERATION), SEED)
      let changed = 0
      let flat = 0
      let compared = 0
      try {
        for (let index = 0; index < cases; index++) {
          const run = await operations[index % operations.length]?.run(SEED * 10_000_019 + index)
          if (run?.isCompared) compared++
          if (!run?.isChanged) continue
          changed++
          if (run.by === 'flat') flat++
        }
      } finally {
        await close()
      }
      expect(compared / cases).toBeGreaterThan(0.99)
      expect(flat / changed).toBeGreaterThan(least)
    },
    TIMEOUT,
  )
})
