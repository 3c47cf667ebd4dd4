/**
 * The room that bodies share which have come in part. Where it is full, the one that has not grown
 * for longest makes room: a client that sends nothing more must not keep out those that do.
 */

export interface BodyRoom {
  /**
   * @param refuse called where this body has to make room for others; it must not be kept any
   * further then
   */
  enter(refuse: () => void): BodyShare
}

/** What one body takes. */
export interface BodyShare {
  /** Called before more of it is kept. */
  grow(bytes: number): void
  /** Must be called when it is whole or given up. Twice is once. */
  leave(): void
}

/** @param limit bytes of all together */
export function createBodyRoom(limit: number): BodyRoom {
  /** Those that have not grown for longest come first. */
  const shares = new Map<object, { readonly bytes: number; readonly refuse: () => void }>()
  let used = 0
  const take = (key: object): (() => void) | undefined => {
    const share = shares.get(key)
    shares.delete(key)
    used -= share?.bytes ?? 0
    return share?.refuse
  }
  return {
    enter(refuse) {
      const key = {}
      shares.set(key, { bytes: 0, refuse })
      return {
        grow(bytes) {
          const share = shares.get(key)
          if (!share) return
          shares.delete(key)
          shares.set(key, { bytes: share.bytes + bytes, refuse })
          used += bytes
          for (const longest of shares.keys()) {
            if (used <= limit) return
            take(longest)?.()
          }
        },
        leave: () => void take(key),
      }
    },
  }
}

/** For whoever trusts those that send bodies. */
export const unlimitedRoom: BodyRoom = createBodyRoom(Number.POSITIVE_INFINITY)
