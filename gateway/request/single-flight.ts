/**
 * Lets one execution answer all identical ones in flight. The caller guarantees that it depends on
 * no client.
 */

export type SingleFlight<Value> = (key: string, start: () => Promise<Value>) => Promise<Value>

export function createSingleFlight<Value>(): SingleFlight<Value> {
  const inFlight = new Map<string, Promise<Value>>()
  return (key, start) => {
    const found = inFlight.get(key)
    if (found) return found
    const started = start().finally(() => inFlight.delete(key))
    inFlight.set(key, started)
    return started
  }
}
