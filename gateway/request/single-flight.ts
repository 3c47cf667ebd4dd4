/** Lets one execution answer all identical ones in flight. Whoever calls it vouches that nothing of one caller's is in it. */

export type Share<Value> = (key: string, start: () => Promise<Value>) => Promise<Value>

export function createShare<Value>(): Share<Value> {
  const inFlight = new Map<string, Promise<Value>>()
  return (key, start) => {
    const found = inFlight.get(key)
    if (found) return found
    const started = start().finally(() => inFlight.delete(key))
    inFlight.set(key, started)
    return started
  }
}
