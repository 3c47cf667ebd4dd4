import { expect, test } from '@jest/globals'
import { namesOf, traceparentOf } from '../../../platform/protocol/trace-context.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const span = 'b7ad6b7169203331'
const MADE = /^00-[\da-f]{32}-[\da-f]{16}-01$/

test.each([
  ['as it came', `00-${trace}-${span}-01`, `00-${trace}-${span}-01`],
  ['with its flags', `00-${trace}-${span}-02`, `00-${trace}-${span}-02`],
  ['of a later version', `01-${trace}-${span}-01`, `00-${trace}-${span}-01`],
  ['of a later version, with what this one does not know', `cc-${trace}-${span}-fe-more`, `00-${trace}-${span}-00`],
])('A valid trace is passed on: %s', (_what, traceparent, told) => {
  expect(traceparentOf({ traceparent })).toBe(told)
})

test.each<[string, string | string[] | undefined]>([
  ['none', undefined],
  ['nothing', ''],
  ['the version that never will be', `ff-${trace}-${span}-01`],
  ['capitals', `00-${trace.toUpperCase()}-${span}-01`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${span}-01`],
  ['a step of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
  ['more than this version has', `00-${trace}-${span}-01-more`],
  ['too many flags', `01-${trace}-${span}-011`],
  ['two', `00-${trace}-${span}-01, 00-${trace}-${span}-01`],
  ['a list', [`00-${trace}-${span}-01`]],
  ['another line', `01-${trace}-${span}-01-a\nb`],
])('A new trace begins for %s', (_what, traceparent) => {
  const made = traceparentOf({ traceparent })
  expect(made).toMatch(MADE)
  expect(made).not.toContain(trace)
})

test('No two traces are the same', () => {
  const made = Array.from({ length: 2_000 }, () => traceparentOf({}).split('-'))
  expect(new Set(made.map(([, id]) => id)).size).toBe(made.length)
  expect(new Set(made.map(([, , step]) => step)).size).toBe(made.length)
  for (const parts of made) expect(parts.join('-')).toMatch(MADE)
})

test('A log line names the trace if there is one', () => {
  expect(namesOf({ requestId: 'a', traceparent: `00-${trace}-${span}-01` })).toEqual({ requestId: 'a', traceId: trace })
  expect(namesOf({ requestId: 'a' })).toEqual({ requestId: 'a' })
})
