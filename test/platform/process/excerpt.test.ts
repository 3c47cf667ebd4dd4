import { expect, test } from '@jest/globals'
import { excerpt } from '../../../platform/process/excerpt.ts'

test('A short text stays as it is', () => {
  expect([excerpt('abc', 3), excerpt('x'.repeat(500))]).toEqual(['abc', 'x'.repeat(500)])
})

test('An excerpt keeps the start and the end of a long text', () => {
  expect(excerpt('0123456789abc', 10)).toBe('012345…abc')
  expect(excerpt(`start ${'x'.repeat(100_000)} end`)).toMatch(/^start x+…x+ end$/)
  expect(excerpt('x'.repeat(501)).length).toBe(500)
})

test('A surrogate pair is not cut in two', () => {
  for (const before of ['', 'a']) expect(excerpt(`${before}${'💥'.repeat(300)}`).isWellFormed()).toBe(true)
})
