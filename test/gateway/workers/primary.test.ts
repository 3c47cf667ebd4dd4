import cluster from 'node:cluster'
import { EventEmitter } from 'node:events'
import { expect, jest, test } from '@jest/globals'
import type { AdminCommands } from '../../../gateway/admin/commands.ts'
import type { CommandMessage, OutcomeMessage } from '../../../gateway/workers/messages.ts'
import { startWorkers } from '../../../gateway/workers/primary.ts'
import { HttpError } from '../../../platform/http/message/http-error.ts'
import { log } from '../../support/log.ts'

/** Workers are no processes here: each command gets the answer. */
async function withWorker(
  answer: (command: CommandMessage) => OutcomeMessage | Error | 'dies',
  use: (commands: AdminCommands) => Promise<void>,
): Promise<void> {
  const worker = Object.assign(new EventEmitter(), {
    id: 1,
    dead: false,
    isDead: () => worker.dead,
    process: { kill: () => worker.emit('exit', 0) },
    send(message: CommandMessage, done?: (error: Error | null) => void) {
      const outcome = answer(message)
      process.nextTick(() => {
        if (outcome === 'dies') {
          worker.dead = true
          return void worker.emit('exit', 0)
        }
        const error = outcome instanceof Error ? outcome : null
        // As Node does where the other side has closed the channel.
        if (done) done(error)
        else if (error) worker.emit('error', error)
        if (!error) worker.emit('message', outcome)
      })
    },
  })
  const fork = jest.spyOn(cluster, 'fork').mockImplementation(() => {
    process.nextTick(() => worker.emit('message', { type: 'ready', url: 'http://here' }))
    return worker as never
  })
  const { commands, stop } = await startWorkers({ workers: 1, host: 'here', port: 0 }, log)
  try {
    await use(commands)
  } finally {
    await stop()
    fork.mockRestore()
  }
}

test('A worker that cannot be asked any more ends neither the others nor their primary', () =>
  withWorker(
    () => new Error('write EPIPE'),
    async (commands) => {
      expect(await commands.services()).toEqual([])
      expect(await commands.metrics()).toContain('tributary_workers 1')
      await expect(commands.purge(['a'])).rejects.toThrow('EPIPE')
    },
  ))

test('A purge is done, too, where a worker dies meanwhile: its answers are gone with it', () =>
  withWorker(
    () => 'dies',
    async (commands) => {
      await commands.purge(['a'])
      await expect(commands.replaceSupergraph('')).rejects.toThrow('no worker is running')
    },
  ))

test('The refusal of a worker reaches the operator with its status', () => {
  const refused = { status: 503, code: 'SERVICE_UNAVAILABLE', message: 'Redis does not answer.' }
  return withWorker(
    ({ id }) => ({ type: 'outcome', id, refused }),
    async (commands) => {
      await expect(commands.purge(['a'])).rejects.toMatchObject(refused)
      await expect(commands.purge(['a'])).rejects.toBeInstanceOf(HttpError)
    },
  )
})
