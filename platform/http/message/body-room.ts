/**
 * Bounds the memory of all partly received bodies together. When it is full, the body that has
 * stalled longest is refused, so that a silent client cannot shut out active ones.
 */

export interface BodyRoom {
  /** @param refuse called when this body must make room; its bytes must be dropped then */
  enter(refuse: () => void): BodyShare
}

/** The share of one body. */
export interface BodyShare {
  /** Call it before keeping more bytes. */
  grow(bytes: number): void
  /** Call it when the body is complete or dropped. Repeated calls do nothing. */
  leave(): void
}

/** @param limit bytes of all bodies together */
export function createBodyRoom(limit: number): BodyRoom {
  /** The one that has stalled longest comes first. */
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

/** For trusted senders. */
export const unlimitedRoom: BodyRoom = createBodyRoom(Number.POSITIVE_INFINITY)
