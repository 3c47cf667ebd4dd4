/**
 * Bounds the shape of a document before anything expensive reads it. Needs no schema; takes time linear in the text,
 * since each fragment is measured once however often it is spread.
 */
import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql'
import { type LimitName, type Limits, overLimit } from '../limits/limits.ts'
import { codedError } from '../protocol/errors.ts'

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

/** @throws OPERATION_TOO_COMPLEX, or GRAPHQL_VALIDATION_FAILED where fragments run in a circle */
export function limitShape(document: DocumentNode, limits: Limits): void {
  const fragments: Fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  )
  const measure = createMeasure(fragments, limits)
  for (const definition of document.definitions) {
    if (!('selectionSet' in definition)) continue
    const { fields, depth, nesting } = measure(definition.selectionSet)
    refuseOver(limits, 'fields', fields, 'fields')
    refuseOver(limits, 'depth', depth, 'levels of fields')
    refuseOver(limits, 'nesting', nesting, 'levels of fields and fragments')
  }
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const pairs = comparisons([definition.selectionSet], fragments)
    refuseOver(limits, 'comparisons', pairs, 'fields that share a place')
  }
}

interface Measure {
  /** With every spread expanded. */
  readonly fields: number
  /** Levels of fields. */
  readonly depth: number
  /** Levels of fields and fragments. */
  readonly nesting: number
}

/** Counts aliases on the way, since every selection is met exactly once. */
function createMeasure(fragments: Fragments, limits: Limits): (set: SelectionSetNode) => Measure {
  const measured = new Map<string, Measure | 'measuring'>()
  let aliases = 0
  const measure = (set: SelectionSetNode): Measure => {
    let fields = 0
    let depth = 0
    let nesting = 0
    for (const selection of set.selections) {
      let inner = NOTHING
      if (selection.kind === Kind.FRAGMENT_SPREAD) inner = measureFragment(selection.name.value)
      else if (selection.selectionSet) inner = measure(selection.selectionSet)
      const isField = selection.kind === Kind.FIELD
      if (isField && selection.alias) {
        aliases += 1
        refuseOver(limits, 'aliases', aliases, 'aliases')
      }
      fields += inner.fields + (isField ? 1 : 0)
      depth = Math.max(depth, inner.depth + (isField ? 1 : 0))
      nesting = Math.max(nesting, inner.nesting + 1)
    }
    return { fields, depth, nesting }
  }
  const measureFragment = (name: string): Measure => {
    const known = measured.get(name)
    const fragment = fragments.get(name)
    if (known === 'measuring') throw codedError('GRAPHQL_VALIDATION_FAILED', `Fragment "${name}" spreads itself.`)
    if (known || !fragment) return known ?? NOTHING
    measured.set(name, 'measuring')
    const result = measure(fragment.selectionSet)
    measured.set(name, result)
    return result
  }
  return measure
}

const NOTHING: Measure = { fields: 0, depth: 0, nesting: 0 }

/** The pairs that validation would compare, at most: all that end at one place of the answer, whatever their types. */
function comparisons(sets: readonly SelectionSetNode[], fragments: Fragments): number {
  const places = new Map<string, { count: number; readonly inner: SelectionSetNode[] }>()
  const spread = new Set<string>()
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value)
        if (!fragment || spread.has(fragment.name.value)) continue
        spread.add(fragment.name.value)
        collect(fragment.selectionSet)
      } else {
        const key = (selection.alias ?? selection.name).value
        const place = places.get(key) ?? { count: 0, inner: [] }
        place.count += 1
        if (selection.selectionSet) place.inner.push(selection.selectionSet)
        places.set(key, place)
      }
    }
  }
  for (const set of sets) collect(set)
  let pairs = 0
  for (const { count, inner } of places.values()) {
    pairs += (count * (count - 1)) / 2
    if (inner.length > 0) pairs += comparisons(inner, fragments)
  }
  return pairs
}

function refuseOver(limits: Limits, name: LimitName, found: number, what: string): void {
  if (found > limits[name]) throw overLimit(name, `The document has more than ${limits[name]} ${what}.`)
}
