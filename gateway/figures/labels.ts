/** Bounds the number of labels for names that clients choose. */

export const ANONYMOUS = 'anonymous'
export const OTHER = 'other'

const LONGEST = 128 // characters
/** Control characters and such that reorder others: names are shown in terminals and logs. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
/** Cleans a name from outside. */
export const fitName = (name: string): string => name.replace(new RegExp(UNFIT, 'gu'), '\ufffd')
const MOST_RESERVED = 1_000

/** Names of operations and of clients that have figures of their own, beside reserved ones. */
export const MOST_OPERATIONS = 200
export const MOST_CLIENTS = 50
/** Contract variants, those of earlier configurations included. */
export const MOST_VARIANTS = 100
/** Instances of one service; a name of several can get new addresses for ever. */
export const MOST_INSTANCES = 256
/** Maximum over several processes. */
export const MOST_SUMMED = MOST_RESERVED + MOST_OPERATIONS

export interface Labels {
  /**
   * The name itself, `anonymous` without one, or `other` once too many are in use, and for one that
   * is unfit to be shown.
   */
  of(name: string | undefined): string
  /** Names that clients cannot take the place of. */
  reserve(names: Iterable<string>): void
}

/** @param most names besides those reserved */
export function createLabels(most: number): Labels {
  const met = new Set<string>()
  const reserved = new Set<string>([ANONYMOUS, OTHER])
  return {
    of(name) {
      if (name === undefined || name === '') return ANONYMOUS
      if (met.has(name) || reserved.has(name)) return name
      if (met.size >= most || name.length > LONGEST || UNFIT.test(name)) return OTHER
      met.add(name)
      return name
    },
    reserve(names) {
      for (const name of names) {
        if (reserved.size >= MOST_RESERVED) return
        if (!met.has(name) && name.length <= LONGEST) reserved.add(name)
      }
    },
  }
}

/** One value for each label, made at its first use. */
export interface ByLabel<Value> {
  of(name: string | undefined): Value
  entries(): Iterable<[label: string, value: Value]>
}

export function byLabel<Value>(labels: Labels, make: () => Value): ByLabel<Value> {
  const values = new Map<string, Value>()
  return {
    of(name) {
      const known = name === undefined ? undefined : values.get(name)
      if (known) return known
      const label = labels.of(name)
      const value = values.get(label) ?? make()
      values.set(label, value)
      return value
    },
    entries: () => values.entries(),
  }
}
