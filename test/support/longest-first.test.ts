import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { longest, longestFirst } from './longest-first.ts'

const [first = '', second = ''] = longest
const suite = (name: string, duration?: number) => ({ path: `/clone/test/${name}`, ...(duration && { duration }) })

test('The listed suites come first if there is no previous run', () => {
  const [a, b] = [suite('a.test.ts'), suite('b.test.ts')]
  expect(longestFirst([a, suite(second), b, suite(first)])).toEqual([suite(first), suite(second), a, b])
})

test('The durations of the previous run decide the order if known', () => {
  const known = [suite('a.test.ts', 2_000), suite(first, 1_000)]
  expect(longestFirst(known)).toEqual(known)
})

test.each(longest)('The listed suite %s exists', (name) => {
  expect(existsSync(fileURLToPath(new URL(`../${name}`, import.meta.url)))).toBe(true)
})
