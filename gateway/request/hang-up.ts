/** Tells whoever works for a request that its client has gone. Knows nothing of what is given up then. */
import type { ServerResponse } from 'node:http'
import type { Signal } from '../traffic/send.ts'

export function hangUpOf(response: ServerResponse): Signal {
  const listeners: (() => void)[] = []
  const signal = {
    aborted: false,
    addEventListener: (_type: 'abort', listener: () => void): void => void listeners.push(listener),
    removeEventListener(_type: 'abort', listener: () => void): void {
      const index = listeners.indexOf(listener)
      if (index >= 0) listeners.splice(index, 1)
    },
  }
  response.on('close', () => {
    if (response.writableFinished) return
    signal.aborted = true
    for (const listener of listeners.splice(0)) listener()
  })
  return signal
}
