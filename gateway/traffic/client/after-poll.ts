/**
 * Returns a connection to the pool only after the event loop has polled once: unsolicited bytes
 * behind an answer are then noticed before the next request.
 */

/** @param release called with each item once the event loop has polled */
export function afterNextPoll<Item>(release: (item: Item) => void): (item: Item) => void {
  let added: Item[] = []
  let polled: Item[] = []
  let isTurning = false
  // An immediate runs after the poll in which it was set: only the next one has a whole poll before
  // it.
  const turn = (): void => {
    const rested = polled
    polled = added
    added = []
    isTurning = polled.length > 0
    if (isTurning) setImmediate(turn)
    for (const item of rested) release(item)
  }
  return (item) => {
    added.push(item)
    if (isTurning) return
    isTurning = true
    setImmediate(turn)
  }
}
