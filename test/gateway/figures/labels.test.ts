import { expect, test } from '@jest/globals'
import { byLabel, createLabels } from '../../../gateway/figures/labels.ts'

test('The first names have labels of their own, and reserved ones always', () => {
  const labels = createLabels(2)
  labels.reserve(['known'])
  expect(['a', 'b', 'c', 'a', 'known', undefined, '', 'x'.repeat(129)].map(labels.of)).toEqual([
    'a',
    'b',
    'other',
    'a',
    'known',
    'anonymous',
    'anonymous',
    'other',
  ])
})

test('Names that a terminal would not show as they are count as others', () => {
  const labels = createLabels(10)
  for (const name of ['a\u001b[2J', 'a\n::error::b', 'a\u009b2J', 'a\u202eb', 'a\u2028b', 'a\ud800'])
    expect(labels.of(name)).toBe('other')
  expect(labels.of('Küchen-App 2')).toBe('Küchen-App 2')
})

test('The number of label values is limited, whatever names arrive', () => {
  const values = byLabel(createLabels(10), () => ({ met: 0 }))
  for (let n = 0; n < 10_000; n += 1) values.of(`name${n}`).met += 1
  values.of(undefined).met += 1
  const entries = [...values.entries()]
  expect(entries).toHaveLength(12)
  expect(entries.find(([label]) => label === 'other')?.[1]).toEqual({ met: 9_990 })
  expect(values.of('other')).toBe(values.of('name10000'))
})

test('The number of reserved label values is limited', () => {
  const labels = createLabels(1)
  labels.reserve(Array.from({ length: 5_000 }, (_, n) => `r${n}`))
  const own = Array.from({ length: 5_000 }, (_, n) => labels.of(`r${n}`)).filter((label) => label !== 'other')
  expect(own.length).toBeLessThanOrEqual(1_001)
})
