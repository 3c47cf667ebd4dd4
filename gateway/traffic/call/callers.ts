/**
 * The callers who wait for one thing together. While it waits in a queue, it has a place in the
 * line of each: whoever's turn comes first.
 */

/** Whoever waits for a call: one caller, or all who wait for a shared execution. */
export interface Waiter {
  /** Gives the caller's name, which is not always needed. */
  readonly caller: () => string
  /** All callers, if they are several or more can join. */
  readonly callers?: Callers | undefined
}

type Join = (caller: Waiter['caller']) => void

export interface Callers {
  /**
   * Calls the function with each caller, and with those who join later.
   * @returns ends it
   */
  follow(join: Join): () => void
}

export interface OpenCallers extends Callers {
  add(waiter: Waiter): void
}

/** Made for each shared call, and hardly ever followed. */
export function createCallers(): OpenCallers {
  const all: Waiter[] = []
  let followers: Set<(waiter: Waiter) => void> | undefined
  return {
    add(waiter) {
      all.push(waiter)
      if (followers) for (const meet of followers) meet(waiter)
    },
    follow(join) {
      const ends: (() => void)[] = []
      const meet = ({ caller, callers }: Waiter): void => {
        join(caller)
        if (callers) ends.push(callers.follow(join))
      }
      followers ??= new Set()
      followers.add(meet)
      for (const waiter of all) meet(waiter)
      return () => {
        followers?.delete(meet)
        for (const end of ends) end()
      }
    },
  }
}
