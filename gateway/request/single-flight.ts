/**
 * Lets one execution answer all identical ones in flight. The caller guarantees that it depends on
 * no client.
 */
import { type Callers, createCallers, type OpenCallers } from '../traffic/call/callers.ts'

/** @param caller names the caller, whom the execution may still wait for */
export type SingleFlight<Value> = (
  key: string,
  caller: () => string,
  start: (callers: Callers) => Promise<Value>,
) => Promise<Value>

interface Flight<Value> {
  readonly result: Promise<Value>
  readonly callers: OpenCallers
}

export function createSingleFlight<Value>(): SingleFlight<Value> {
  const inFlight = new Map<string, Flight<Value>>()
  const begin = (key: string, start: (callers: Callers) => Promise<Value>): Flight<Value> => {
    const callers = createCallers()
    const flight = { callers, result: start(callers).finally(() => inFlight.delete(key)) }
    inFlight.set(key, flight)
    return flight
  }
  return (key, caller, start) => {
    const { result, callers } = inFlight.get(key) ?? begin(key, start)
    callers.add({ caller })
    return result
  }
}
