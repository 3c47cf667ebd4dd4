import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { limitNames, limitOf, limitSetting, limitTable, overLimit, readLimits } from '../../../gateway/limits/limits.ts'
import { HttpError } from '../../../platform/http/message/http-error.ts'

test('docs/limits.md lists every limit with its setting, its default and what it bounds', async () => {
  const page = await readFile(new URL('../../../docs/limits.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| (\w+) \| `(\w+)` \| (\d+) \| .+ \| (.+) \|$/gm)].map(([, ...row]) => row)
  expect(rows).toEqual(
    limitNames.map((name) => [name, limitSetting(name), String(limitTable[name].value), limitTable[name].of]),
  )
})

test('A setting replaces a default, and 0 switches a limit off', () => {
  const limits = readLimits({ aliases: 7, bodyBytes: 0 })
  expect([limits.aliases, limits.bodyBytes, limits.depth]).toEqual([7, Number.POSITIVE_INFINITY, 30])
})

test('Limits per caller are off where callers are unknown, unless they are set', () => {
  const limits = readLimits({ operationsInWork: 7 }, false)
  const off = limitNames.filter((name) => limits[name] === Number.POSITIVE_INFINITY)
  expect(off).toEqual(limitNames.filter((name) => limitTable[name].perCaller && name !== 'operationsInWork'))
  expect(limits.operationsInWork).toBe(7)
})

test('A refusal names its limit, and other errors name none', () => {
  expect(limitOf(overLimit('aliases', 'Too many.'))).toBe('aliases')
  expect(limitOf(new HttpError(413, 'BAD_USER_INPUT', 'Too large.'))).toBe('bodyBytes')
  expect([limitOf(new Error('no')), limitOf(undefined)]).toEqual([undefined, undefined])
})
