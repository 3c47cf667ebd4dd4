/**
 * Signals that nobody waits for a result any more: the part of `AbortController` that is needed, at
 * a tenth of its cost.
 */
import type { Signal } from './send.ts'

interface Abort {
  readonly signal: Signal
  /** Calls each listener, once; does nothing the second time. */
  abort(): void
}

export function createAbort(): Abort {
  const listeners: (() => void)[] = []
  const signal = {
    aborted: false,
    addEventListener: (_type: 'abort', listener: () => void): void => void listeners.push(listener),
    removeEventListener(_type: 'abort', listener: () => void): void {
      const index = listeners.indexOf(listener)
      if (index === listeners.length - 1) listeners.pop()
      else if (index >= 0) listeners.splice(index, 1)
    },
  }
  return {
    signal,
    abort() {
      signal.aborted = true
      for (const listener of listeners.splice(0)) listener()
    },
  }
}
