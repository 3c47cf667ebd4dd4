/**
 * The callers who wait for one thing together. While it waits in a queue, it has a place in the
 * line of each: whoever's turn comes first.
 */

/** Gives the caller's name, which is not always needed. */
type Caller = () => string

export interface Callers {
  /**
   * Calls the function with each caller, and with those who join later.
   * @returns ends it
   */
  follow(join: (caller: Caller) => void): () => void
}

export interface OpenCallers extends Callers {
  add(caller: Caller): void
}

export function createCallers(): OpenCallers {
  const all: Caller[] = []
  const followers = new Set<(caller: Caller) => void>()
  return {
    add(caller) {
      all.push(caller)
      for (const join of followers) join(caller)
    },
    follow(join) {
      followers.add(join)
      for (const caller of all) join(caller)
      return () => void followers.delete(join)
    },
  }
}
