/** On whose behalf the service works now: for queues in which callers take turns. */
import { AsyncLocalStorage } from 'node:async_hooks'

const scope = new AsyncLocalStorage<string>()

/** @param caller any text that distinguishes callers */
export const onBehalfOf = <Result>(caller: string, work: () => Result): Result => scope.run(caller, work)

/** Empty for signed-out callers and the service's own work. */
export const callerNow = (): string => scope.getStore() ?? ''
