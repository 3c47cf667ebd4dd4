/** Runs one hook with a time limit. Unexpected errors tell the client nothing. */
import { GraphQLError } from 'graphql'
import { within } from '../../platform/data/within.ts'
import type { Logger } from '../../platform/process/log.ts'
import { codedError, isErrorCode } from '../../platform/protocol/errors.ts'
import { type Named, namesOf } from '../../platform/protocol/trace-context.ts'

/** Rejects with the hook's refusal, or with `INTERNAL` if it fails or is late; the log says why. */
export type RunHook = <Value>(hook: string, request: Named, work: () => Value | Promise<Value>) => Promise<Value>

/** @param timeout milliseconds */
export function createRunner(timeout: number, log: Logger): RunHook {
  return async (hook, request, work) => {
    try {
      const given = work()
      // Some libraries have promises of their own.
      return isThenable(given)
        ? await within(timeout, given, () => new Error(`It took longer than ${timeout} ms.`))
        : given
    } catch (err) {
      if (err instanceof GraphQLError && isErrorCode(err.extensions['code'])) throw err
      log.error({ ...namesOf(request), err, hook }, 'a hook failed')
      throw codedError('INTERNAL', 'Internal error.')
    }
  }
}

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
