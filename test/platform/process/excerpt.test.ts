import { expect, test } from '@jest/globals'
import { excerpt } from '../../../platform/process/excerpt.ts'

test('a text that is short enough stays as it is', () => {
  expect([excerpt('abc', 3), excerpt('x'.repeat(500))]).toEqual(['abc', 'x'.repeat(500)])
})

test('of a longer one the start and the end are kept', () => {
  expect(excerpt('0123456789abc', 10)).toBe('012345…abc')
  expect(excerpt(`start ${'x'.repeat(100_000)} end`)).toMatch(/^start x+…x+ end$/)
  expect(excerpt('x'.repeat(501)).length).toBe(500)
})

test('a character of two halves is not cut in two', () => {
  for (const before of ['', 'a']) expect(excerpt(`${before}${'💥'.repeat(300)}`).isWellFormed()).toBe(true)
})
