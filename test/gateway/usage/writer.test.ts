import { expect, test } from '@jest/globals'
import { parseDays } from '../../../gateway/usage/day.ts'
import { mergeUse, portionsOf, type UseRecords } from '../../../gateway/usage/records.ts'
import { openUseWriter } from '../../../gateway/usage/writer.ts'
import { log } from '../../support/log.ts'
import { until } from '../../support/until.ts'

/** @param versions of clients that sent each of three operations */
const use = (versions: number): UseRecords => ({
  documents: Object.fromEntries(
    ['a', 'b', 'c'].map((id) => [id, { operation: id, kind: 'query', coordinates: [`Query.${id}`] }]),
  ),
  rows: ['a', 'b', 'c'].flatMap((document) =>
    Array.from({ length: versions }, (_, version) => ({
      document,
      client: 'web',
      version: String(version),
      requests: 1,
      given: {},
    })),
  ),
})
const sumOf = (texts: readonly string[]): UseRecords => mergeUse(parseDays(texts))
const requestsIn = ({ rows }: UseRecords): number => rows.reduce((sum, { requests }) => sum + requests, 0)

test('Usage is written in portions of at most 1,000 rows, which add up to the whole', () => {
  const whole = use(1_100)
  const portions = [...portionsOf(whole)]
  expect(portions.map(({ rows }) => rows.length)).toEqual([1_000, 1_000, 1_000, 300])
  expect(portions.map(({ documents }) => Object.keys(documents).join(''))).toEqual(['a', 'ab', 'bc', 'c'])
  expect(mergeUse(portions)).toEqual(whole)
})

test('Usage that cannot be written waits, with a limited number of texts, and none is lost', async () => {
  let drained = 0
  let mostTexts = 0
  let isBroken = true
  const written: UseRecords[] = []
  const writer = openUseWriter({
    recorder: {
      count: () => undefined,
      drain: () => {
        drained += 1
        return use(1)
      },
    },
    add: async (texts) => {
      mostTexts = Math.max(mostTexts, texts.length)
      if (isBroken) throw new Error('the disk is full')
      written.push(sumOf(texts))
      return true
    },
    every: 1,
    log,
  })
  await until(() => drained > 100)
  expect(written).toEqual([])
  isBroken = false
  await writer.close()
  expect(written.reduce((sum, each) => sum + requestsIn(each), 0)).toBe(drained * 3)
  expect(mostTexts).toBeLessThanOrEqual(32)
})
