/**
 * Logs failed calls: the first of its kind at once and in full, then a count at intervals, and when
 * they are over. An outage fails thousands of calls a second, too many for a line each.
 */
import type { Logger } from '../../platform/process/log.ts'
import { type Named, namesOf } from '../../platform/protocol/trace-context.ts'
import type { CallFailure } from './call/failure.ts'

export interface FailureLog {
  report(service: string, request: Named, failure: CallFailure): void
  /** Stops logging. */
  close(): void
}

const INTERVAL = 30_000 // milliseconds

interface Trouble {
  /** Failures since the last line. */
  count: number
  latest: CallFailure
  readonly timer: NodeJS.Timeout
}

/** Keyed by service, instance and kind of failure, of which there are few. */
export function createFailureLog(log: Logger): FailureLog {
  const troubles = new Map<string, Trouble>()
  return {
    report(service, request, failure) {
      const { kind, instance } = failure
      const key = JSON.stringify([service, instance, kind])
      const known = troubles.get(key)
      if (known) {
        known.count += 1
        known.latest = failure
        return
      }
      const about = { service, kind, instance }
      log.warn({ ...about, ...namesOf(request) }, `a call failed: ${failure.message}`)
      const trouble: Trouble = { count: 0, latest: failure, timer: setInterval(() => look(), INTERVAL).unref() }
      const look = (): void => {
        const { count, latest } = trouble
        trouble.count = 0
        if (count > 0) {
          log.warn({ ...about, count }, `calls go on failing, the latest: ${latest.message}`)
          return
        }
        clearInterval(trouble.timer)
        troubles.delete(key)
        log.info(about, 'calls fail no more')
      }
      troubles.set(key, trouble)
    },
    close() {
      for (const { timer } of troubles.values()) clearInterval(timer)
      troubles.clear()
    },
  }
}
