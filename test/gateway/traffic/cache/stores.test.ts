import { expect, test } from '@jest/globals'
import { createStores } from '../../../../gateway/traffic/cache/stores.ts'
import { log } from '../../../support/log.ts'

test('A store that could not be opened is opened again for the next configuration', async () => {
  const lease = createStores(log)
  const settings = { bytes: 1_000_000, redisUrl: 'http://is.none' }
  const failures = await Promise.all([0, 0].map(() => lease(settings).catch((error: unknown) => error)))
  const later = await lease(settings).catch((error: unknown) => error)
  expect(failures[1]).toBe(failures[0])
  expect(later).toEqual(failures[0])
  expect(later).not.toBe(failures[0])
})
