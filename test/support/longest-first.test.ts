import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { longest, longestFirst } from './longest-first.ts'

const [first = '', second = ''] = longest
const suite = (name: string, duration?: number) => ({ path: `/clone/test/${name}`, ...(duration && { duration }) })

test('The longest suites come first where no run is known', () => {
  const [a, b] = [suite('a.test.ts'), suite('b.test.ts')]
  expect(longestFirst([a, suite(second), b, suite(first)])).toEqual([suite(first), suite(second), a, b])
})

test('The last run decides where one is known', () => {
  const known = [suite('a.test.ts', 2_000), suite(first, 1_000)]
  expect(longestFirst(known)).toEqual(known)
})

test.each(longest)('There is a suite %s', (name) => {
  expect(existsSync(fileURLToPath(new URL(`../${name}`, import.meta.url)))).toBe(true)
})
