/**
 * Bounds the pairs that validation compares: fields and spreads with the same response name,
 * whatever their types. Visits each expanded selection once, so it runs after these were counted.
 */
import { type FieldNode, Kind, type SelectionSetNode, type ValueNode } from 'graphql'
import type { Fragments } from '../execution/plan/conditions.ts'
import { type Limits, overLimit } from '../limits/limits.ts'

/** The measured cost of a pair relative to a pair of plain leaves. */
const WEIGHT = 6

const WITHIN = 0.5 // of a value within a list or object
const PER_CHARACTER = 0.01

/** Validation prints the arguments of both fields for each pair. */
function weightOf(value: ValueNode, own = 1): number {
  if (value.kind === Kind.LIST) return value.values.reduce((sum, item) => sum + weightOf(item, WITHIN), own)
  if (value.kind === Kind.OBJECT)
    return value.fields.reduce((sum, field) => sum + weightOf(field.value, 2 * WITHIN), own)
  return own + ('value' in value ? PER_CHARACTER * String(value.value).length : 0)
}

/** The fields with one response name, or the spreads around them. */
interface Place {
  count: number
  weight: number
  readonly inner: SelectionSetNode[]
}

/** @throws OPERATION_TOO_COMPLEX */
export function limitComparisons(sets: readonly SelectionSetNode[], fragments: Fragments, limits: Limits): void {
  let found = 0
  const compare = (together: readonly SelectionSetNode[]): void => {
    const { places, spreads } = placesIn(together, fragments)
    for (const { count, weight } of [...places.values(), { count: spreads, weight: spreads * WEIGHT }])
      found += ((count - 1) * weight) / 2
    // Validation looks up each spread for each field beside it.
    found += (spreads * places.size) / 2
    if (found > limits.comparisons)
      throw overLimit(
        'comparisons',
        `The document has more than ${limits.comparisons} pairs of fields with one response name.`,
      )
    for (const { inner } of places.values()) if (inner.length > 0) compare(inner)
  }
  for (const set of sets) compare([set])
}

function placesIn(
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
): { readonly places: ReadonlyMap<string, Place>; readonly spreads: number } {
  const places = new Map<string, Place>()
  const spread = new Set<string>()
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
      else if (selection.kind === Kind.FIELD) add(selection)
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value)
        const fragment = fragments.get(selection.name.value)
        if (fragment) collect(fragment.selectionSet)
      }
    }
  }
  const add = (field: FieldNode): void => {
    const key = (field.alias ?? field.name).value
    const place = places.get(key) ?? { count: 0, weight: 0, inner: [] }
    const details = (field.arguments ?? []).reduce((sum, { value }) => sum + weightOf(value), 0)
    place.count += 1
    place.weight += field.selectionSet || details > 0 ? WEIGHT + details : 1
    if (field.selectionSet) place.inner.push(field.selectionSet)
    places.set(key, place)
  }
  for (const set of sets) collect(set)
  return { places, spreads: spread.size }
}
