/** Asks, in the background, for what became of pending mutations that nobody waits for. */
import type { Core } from './core.ts'
import { whileNobodyElse } from './in-flight.ts'
import type { Pending } from './outbox.ts'
import { settle } from './settle.ts'
import type { Answer } from './verdict.ts'

export type OnSettled = (mutation: Pending, answer: Answer) => void

/** Resolves when there is nothing left to ask for; calls of the same time share one round. */
export function createResume(core: Core, signal: AbortSignal, onSettled: OnSettled | undefined): () => Promise<void> {
  const patient: Core = { ...core, patience: Number.POSITIVE_INFINITY, isIdle: true }
  let round: Promise<void> | undefined

  const ask = async (): Promise<void> => {
    if (await core.outbox.isEmpty()) return
    const owner = core.ownerOf(await core.tokens.current())
    const asked = (await core.outbox.of(owner)).map((pending) =>
      whileNobodyElse(pending.id, async () => {
        // Another tab may have settled it meanwhile.
        if (!(await core.outbox.of(owner)).some(({ id }) => id === pending.id)) return
        onSettled?.(pending, await settle(patient, pending, signal))
      }),
    )
    await Promise.all(asked)
  }
  return () => {
    // What goes wrong is asked for in the next round: the browser is online again, or somebody signs in.
    round ??= ask()
      .catch(() => undefined)
      .finally(() => {
        round = undefined
      })
    return round
  }
}
