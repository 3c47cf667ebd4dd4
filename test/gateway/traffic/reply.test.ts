import { expect, test } from '@jest/globals'
import { readFreshness } from '../../../gateway/traffic/reply.ts'

test.each<[string, string | undefined, readonly [maxAge: number, age: number]]>([
  ['max-age=60', undefined, [60, 0]],
  ['public, max-age=60', '5', [60, 5]],
  ['max-age=60', '5, 50', [60, 5]],
  ['max-age=60', '-100', [60, 0]],
  ['max-age=60', '1e1', [60, 0]],
  ['max-age=60', 'soon', [60, 0]],
  ['max-age=60', '60', [0, 0]],
  ['max-age=60, s-maxage=20', undefined, [20, 0]],
  ['s-maxage=0, max-age=60', undefined, [0, 0]],
  ['s-maxage=20', '5', [20, 5]],
  ['x-max-age=60', undefined, [0, 0]],
  ['max-age=60, private', undefined, [0, 0]],
])('An answer with Cache-Control "%s" and Age %j is kept so long: %j', (cacheControl, age, expected) => {
  const fields = new Map(Object.entries({ 'cache-control': cacheControl, ...(age !== undefined && { age }) }))
  const freshness = readFreshness(false, { fields }, false)
  expect([freshness.maxAge, freshness.age]).toEqual(expected)
})
