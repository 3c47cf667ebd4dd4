/**
 * Remembers which callers an instance asked to wait (`Retry-After`). Other callers are not held
 * back.
 */
import { LRUCache } from 'lru-cache'
import type { CallContext } from './call/send.ts'

const CALLERS = 10_000 // remembered
const LONGEST = 60 // seconds

export interface CallerBackoff {
  holdOff(context: CallContext, seconds: number): void
  /** Milliseconds for which the caller must stay away; 0 if it need not. */
  left(context: CallContext): number
}

/** If tokens are opaque, many callers can have one address. */
const keyOf = ({ caller, authorization }: CallContext): string => `${caller()}\n${authorization ?? ''}`

export function createCallerBackoff(): CallerBackoff {
  let until: LRUCache<string, number> | undefined
  return {
    holdOff(context, seconds) {
      until ??= new LRUCache({ max: CALLERS })
      until.set(keyOf(context), performance.now() + seconds * 1000)
    },
    left(context) {
      // Nearly no instance ever asks callers to stay away.
      if (!until) return 0
      return Math.max(0, (until.get(keyOf(context)) ?? 0) - performance.now())
    },
  }
}

/**
 * Seconds that `Retry-After` asks for (RFC 9110, section 10.2.3), from one to a minute's;
 * `undefined` where it is absent or senseless.
 */
export function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const seconds = /^\d{1,10}$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000)
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 1), LONGEST)
}
