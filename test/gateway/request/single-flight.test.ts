import { expect, test } from '@jest/globals'
import { createSingleFlight } from '../../../gateway/request/single-flight.ts'

test('An execution learns of all callers who wait for it, and a later one of its own', async () => {
  const share = createSingleFlight<readonly string[]>()
  const release = Promise.withResolvers<void>()
  const ask = (name: string) =>
    share(
      'key',
      0,
      () => name,
      async (callers) => {
        const names: string[] = []
        callers.follow((caller) => names.push(caller()))
        await release.promise
        return names
      },
    )
  const [first, second] = [ask('a'), ask('b')]
  release.resolve()
  expect(await first).toEqual(['a', 'b'])
  expect(await second).toBe(await first)
  expect(await ask('c')).toEqual(['c'])
})

test('An execution answers nobody of a later epoch, and its end does not end theirs', async () => {
  const share = createSingleFlight<number>()
  const releases = [0, 1].map(() => Promise.withResolvers<void>())
  let started = 0
  const ask = (epoch: number) =>
    share(
      'key',
      epoch,
      () => 'a',
      async () => {
        const number = started++
        await releases[number]?.promise
        return number
      },
    )
  const [early, late] = [ask(0), ask(1)]
  releases[0]?.resolve()
  expect(await early).toBe(0)
  const joined = ask(1)
  releases[1]?.resolve()
  expect(await Promise.all([late, joined])).toEqual([1, 1])
})
