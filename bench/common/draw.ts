/** Random choices of a run. */

export const below = (bound: number): number => Math.floor(Math.random() * bound)

export function anyOf<Item>(items: readonly Item[]): Item {
  const item = items[below(items.length)]
  if (item === undefined) throw new Error('There is nothing to choose from.')
  return item
}

/** The items in random order. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  const drawn = items.map((item) => ({ item, place: Math.random() }))
  return drawn.sort((one, other) => one.place - other.place).map(({ item }) => item)
}

/** Two different ones. */
export function pairOf<Item>(items: readonly Item[]): [Item, Item] {
  const [one, other] = [anyOf(items), anyOf(items)]
  return one === other ? pairOf(items) : [one, other]
}
