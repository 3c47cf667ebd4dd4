import { expect, test } from '@jest/globals'
import { BusyError, createVariantMaker, type Variant } from '../../../../subgraphs/content/assets/variants.ts'

const variant = (number: number): Variant => ({ url: `/assets/${number}`, format: 'WEBP', width: 100, height: 100 })
const original = new Uint8Array()

test('Images are made one at a time, and those that would wait too long are refused with a time to retry', async () => {
  let running = 0
  let most = 0
  const ends: (() => void)[] = []
  const make = createVariantMaker(async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise<void>((resolve) => ends.push(resolve))
    running -= 1
    return Buffer.from('image')
  })
  const outcomes = Array.from({ length: 100 }, (_, number) => make(original, variant(number)).catch((error) => error))
  const refused = await outcomes[99]
  expect(refused).toBeInstanceOf(BusyError)
  expect(refused.retryAfter).toBeGreaterThanOrEqual(2)
  let waiting = true
  const all = Promise.all(outcomes).finally(() => {
    waiting = false
  })
  while (waiting) {
    ends.shift()?.()
    await new Promise(setImmediate)
  }
  const made = (await all).filter((outcome) => Buffer.isBuffer(outcome))
  expect(made.length).toBeGreaterThan(5)
  expect(made.length).toBeLessThan(20)
  expect(most).toBe(1)
})

test('All requests for an image being made wait for that one, however many others wait', async () => {
  let end: () => void = () => undefined
  const make = createVariantMaker(() => new Promise((resolve) => (end = () => resolve(Buffer.from('image')))))
  const asked = Array.from({ length: 200 }, () => make(original, variant(1)))
  await new Promise(setImmediate)
  end()
  expect(new Set((await Promise.all(asked)).map(String))).toEqual(new Set(['image']))
})
