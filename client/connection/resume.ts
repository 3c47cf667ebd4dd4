/** Retries pending mutations without a waiting caller in the background. */

import type { Answer } from './answer.ts'
import type { Core } from './core.ts'
import { whileNobodyElse } from './in-flight.ts'
import type { Pending } from './outbox.ts'
import { settle } from './settle.ts'
import { backoff, wait } from './wait.ts'

export type OnSettled = (mutation: Pending, answer: Answer) => void

const LONGEST = 30_000 // milliseconds between rounds

/** Resolves when nothing is pending; concurrent calls share the work. */
export function createResume(core: Core, signal: AbortSignal, onSettled: OnSettled | undefined): () => Promise<void> {
  const once: Core = { ...core, patience: 0 }
  let work: Promise<void> | undefined
  /** Ends the pause between two rounds. */
  let poke = new AbortController()

  /** Retries each in turn, in the order in which they began. */
  const round = async (): Promise<void> => {
    const owner = await core.owner()
    const list = (): Promise<readonly Pending[]> => core.outbox.of(owner)
    for (const pending of await list())
      await whileNobodyElse(pending.id, async () => {
        // Another tab may have settled it meanwhile.
        if (!(await list()).some(({ id }) => id === pending.id)) return
        const answer = await settle(once, pending, signal).catch(() => undefined)
        if (answer && onSettled) queueMicrotask(() => onSettled(pending, answer))
      })
  }
  /** Mutations that somebody waits for are skipped, and checked again in the next round. */
  const hasMore = async (): Promise<boolean> => (await core.outbox.of(await core.owner())).length > 0

  const run = async (): Promise<void> => {
    if (await core.outbox.isEmpty()) return
    for (let rounds = 0; !signal.aborted; rounds += 1) {
      await round()
      if (!(await hasMore())) return
      poke = new AbortController()
      await wait(backoff(rounds, LONGEST), AbortSignal.any([signal, poke.signal]), true)
    }
  }
  return () => {
    poke.abort()
    // A store that fails is tried again with the next call.
    work ??= run()
      .catch(() => undefined)
      .finally(() => {
        work = undefined
      })
    return work
  }
}
