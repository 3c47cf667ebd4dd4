import { expect, test } from '@jest/globals'
import type { ServiceStatus } from '../../../gateway/traffic/traffic.ts'
import { joinStatuses } from '../../../gateway/workers/statuses.ts'

const status = (health: 'healthy' | 'unhealthy', pid: number | null): ServiceStatus => ({
  name: 'banking',
  kind: 'stateful',
  instances: [{ url: 'http://a', pid, health }],
})

test.each([
  ['All know it', [status('healthy', 1), status('healthy', 1)], { pid: 1, health: 'healthy' }],
  ['One does not call it', [status('healthy', 1), status('unhealthy', 1)], { pid: 1, health: 'unhealthy' }],
  ['One has not asked it yet', [status('healthy', 1), status('healthy', null)], { pid: null, health: 'healthy' }],
  ['One knows another process', [status('healthy', 1), status('healthy', 2)], { pid: null, health: 'healthy' }],
])('%s', (_, workers, expected) => {
  const [joined] = joinStatuses(workers.map((each) => [each]))
  expect(joined).toEqual({ name: 'banking', kind: 'stateful', instances: [{ url: 'http://a', ...expected }] })
})

test('Instances that only some workers know are listed, with the health that they have for these', () => {
  const at = (url: string): ServiceStatus => ({
    ...status('healthy', 1),
    instances: [{ url, pid: 1, health: 'healthy' }],
  })
  const [joined] = joinStatuses([[at('http://a')], [at('http://b')]])
  expect(joined?.instances).toEqual(['http://a', 'http://b'].map((url) => ({ url, pid: 1, health: 'healthy' })))
})

test('Without workers there are no services', () => {
  expect(joinStatuses([])).toEqual([])
})
