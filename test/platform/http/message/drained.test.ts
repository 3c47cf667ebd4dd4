import { Writable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { drained } from '../../../../platform/http/message/drained.ts'

test.each(['drain', 'close'] as const)(
  'The wait ends with the event %s, and leaves no listener on the stream',
  async (event) => {
    const writable = new Writable()
    for (let turn = 0; turn < 3; turn += 1) {
      let isOver = false
      const waiting = drained(writable).then(() => {
        isOver = true
      })
      await new Promise(setImmediate)
      expect(isOver).toBe(false)
      writable.emit(event)
      await waiting
    }
    expect([writable.listenerCount('drain'), writable.listenerCount('close')]).toEqual([0, 0])
  },
)
