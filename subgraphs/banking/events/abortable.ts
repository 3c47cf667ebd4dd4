/** An async generator that can be ended while it waits. Ending a plain one would wait, too. */

/** @param start gets a signal that aborts as soon as the consumer wants no more */
export function abortable<Item>(
  start: (signal: AbortSignal) => AsyncGenerator<Item, void, undefined>,
): AsyncIterableIterator<Item> {
  const ended = new AbortController()
  const items = start(ended.signal)
  return {
    next: () => items.next(),
    return() {
      ended.abort()
      return items.return()
    },
    throw(error) {
      ended.abort()
      return items.throw(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
