import cluster from 'node:cluster'
import { EventEmitter } from 'node:events'
import { expect, jest, test } from '@jest/globals'
import { startWorkers } from '../../../gateway/workers/primary.ts'
import { log } from '../../support/log.ts'

test('A worker that cannot be asked any more ends neither the others nor their primary', async () => {
  const worker = Object.assign(new EventEmitter(), {
    id: 1,
    isDead: () => false,
    process: { kill: () => worker.emit('exit', 0) },
    /** As Node does where the other side has closed the channel. */
    send(_message: object, done?: (error: Error) => void) {
      const error = new Error('write EPIPE')
      process.nextTick(() => (done ? done(error) : worker.emit('error', error)))
    },
  })
  const fork = jest.spyOn(cluster, 'fork').mockImplementation(() => {
    process.nextTick(() => worker.emit('message', { type: 'ready', url: 'http://here' }))
    return worker as never
  })
  const { commands, stop } = await startWorkers({ workers: 1, host: 'here', port: 0 }, log)
  expect(await commands.services()).toEqual([])
  expect(await commands.metrics()).toContain('tributary_workers 1')
  await expect(commands.purge(['a'])).rejects.toThrow('EPIPE')
  await stop()
  fork.mockRestore()
})
