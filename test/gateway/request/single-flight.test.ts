import { expect, test } from '@jest/globals'
import { createSingleFlight } from '../../../gateway/request/single-flight.ts'

test('An execution learns of all callers who wait for it, and a later one of its own', async () => {
  const share = createSingleFlight<readonly string[]>()
  const release = Promise.withResolvers<void>()
  const ask = (name: string) =>
    share(
      'key',
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
