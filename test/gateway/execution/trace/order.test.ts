import { expect, test } from '@jest/globals'
import type { Step } from '../../../../gateway/execution/plan/step.ts'
import { fetchesBefore } from '../../../../gateway/execution/trace/order.ts'

const fetch = (index: number) => ({ kind: 'fetch', index }) as Step
const sequence = (...steps: Step[]): Step => ({ kind: 'sequence', steps })
const parallel = (...steps: Step[]): Step => ({ kind: 'parallel', steps })

test.each<[string, Step | undefined, readonly string[]]>([
  ['nothing', undefined, ['', '']],
  ['one fetch', fetch(0), ['']],
  ['one after the other', sequence(fetch(0), fetch(1), fetch(2)), ['', '0', '1']],
  [
    'branches',
    sequence(fetch(0), parallel(fetch(1), sequence(fetch(2), fetch(3))), fetch(4)),
    ['', '0', '0', '2', '1,3'],
  ],
  ['an empty step between', sequence(fetch(0), parallel(), fetch(1)), ['', '0']],
])('Each fetch waits for the last ones before it: %s', (_what, step, expected) => {
  const before = fetchesBefore(step)
  expect(expected.map((_each, index) => before(index).join())).toEqual(expected)
})
