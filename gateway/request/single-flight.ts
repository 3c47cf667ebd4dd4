/**
 * Lets one execution answer all identical ones in flight. The caller guarantees that it depends on
 * no client.
 */
import { type Callers, createCallers, type OpenCallers } from '../traffic/call/callers.ts'

/**
 * @param epoch only an execution that began in the same one is shared
 * @param caller names the caller, whom the execution may still wait for
 */
export type SingleFlight<Value> = (
  key: string,
  epoch: number,
  caller: () => string,
  start: (callers: Callers) => Promise<Value>,
) => Promise<Value>

interface Flight<Value> {
  readonly epoch: number
  readonly result: Promise<Value>
  readonly callers: OpenCallers
}

export function createSingleFlight<Value>(): SingleFlight<Value> {
  const inFlight = new Map<string, Flight<Value>>()
  const begin = (key: string, epoch: number, start: (callers: Callers) => Promise<Value>): Flight<Value> => {
    const callers = createCallers()
    const forget = (): void => {
      if (inFlight.get(key) === flight) inFlight.delete(key)
    }
    const flight: Flight<Value> = { epoch, callers, result: start(callers).finally(forget) }
    inFlight.set(key, flight)
    return flight
  }
  return (key, epoch, caller, start) => {
    const known = inFlight.get(key)
    const { result, callers } = known?.epoch === epoch ? known : begin(key, epoch, start)
    callers.add({ caller })
    return result
  }
}
