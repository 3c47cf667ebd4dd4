/** Lines of what waits, one for each caller; callers take turns. It knows nothing of what waits. */

export interface Lines<One> {
  /** In all lines. */
  readonly size: number
  lengthOf(caller: string): number
  join(caller: string, one: One): void
  /** Gives up a place; nothing where it has none any more. */
  quit(caller: string, one: One): void
  /** Takes out the first of the caller whose turn it is. */
  next(): One | undefined
  /** The last of the longest line, which is left in it, and how long the line is. */
  longest(): { readonly last: One; readonly length: number } | undefined
}

export function createLines<One>(): Lines<One> {
  /** Whose turn it is comes first. No line is empty. */
  const lines = new Map<string, Set<One>>()
  let size = 0
  const quit = (caller: string, one: One): void => {
    const line = lines.get(caller)
    if (!line?.delete(one)) return
    size -= 1
    if (line.size === 0) lines.delete(caller)
  }
  return {
    get size() {
      return size
    },
    lengthOf: (caller) => lines.get(caller)?.size ?? 0,
    join(caller, one) {
      const line = lines.get(caller)
      if (line) line.add(one)
      else lines.set(caller, new Set([one]))
      size += 1
    },
    quit,
    next() {
      for (const [caller, line] of lines) {
        for (const first of line) {
          quit(caller, first)
          // It was this caller's turn: the next is another's.
          if (lines.delete(caller)) lines.set(caller, line)
          return first
        }
      }
      return undefined
    },
    longest() {
      let longest: Set<One> | undefined
      for (const line of lines.values()) if (line.size > (longest?.size ?? 0)) longest = line
      if (!longest) return undefined
      return { last: [...longest].at(-1) as One, length: longest.size }
    },
  }
}
