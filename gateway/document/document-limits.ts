/**
 * Bounds the shape of a document before anything expensive reads it. Needs no schema. Takes time
 * linear in the text, because each fragment is measured once however often it is spread.
 */
import { type ASTNode, type DocumentNode, Kind, type SelectionNode, type SelectionSetNode, visit } from 'graphql'
import { codedError } from '../../platform/protocol/errors.ts'
import { type Fragments, fragmentsOf } from '../execution/plan/conditions.ts'
import { type LimitName, type Limits, overLimit } from '../limits/limits.ts'
import { limitComparisons } from './comparisons.ts'

/** @throws OPERATION_TOO_COMPLEX, or GRAPHQL_VALIDATION_FAILED for fragments in a cycle */
export function limitShape(document: DocumentNode, limits: Limits): void {
  const { definitions } = document
  const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
  refuseOver(limits, 'operations', operations.length, 'operations')
  refuseOver(limits, 'fragments', definitions.length - operations.length, 'fragments')
  limitDetails(document, limits)
  const fragments = fragmentsOf(document)
  const measure = createMeasure(fragments, limits)
  for (const fragment of fragments.values()) refuseLarge(measure(fragment.selectionSet), limits)
  let all = NOTHING
  for (const { selectionSet } of operations) {
    all = sum(all, measure(selectionSet))
    refuseLarge(all, limits)
  }
  limitComparisons(
    operations.map(({ selectionSet }) => selectionSet),
    fragments,
    limits,
  )
}

/** Bounds directives, and the nesting of values and of variable types. */
function limitDetails(document: DocumentNode, limits: Limits): void {
  let directives = 0
  let levels = 0
  const level = {
    enter(): void {
      levels += 1
      refuseOver(limits, 'variableDepth', levels, 'levels of lists and objects')
    },
    leave(): void {
      levels -= 1
    },
  }
  visit(document, {
    Directive() {
      directives += 1
      refuseOver(limits, 'directives', directives, 'directives')
    },
    ListValue: level,
    ObjectValue: level,
    ListType: level,
  })
}

/** The size of a selection set with every spread expanded. */
interface Measure {
  /** Fields, spreads and inline fragments. */
  readonly selections: number
  readonly characters: number
  /** Nested fields. */
  readonly depth: number
  /** Nested fields and fragments. */
  readonly nesting: number
}

const NOTHING: Measure = { selections: 0, characters: 0, depth: 0, nesting: 0 }

const sum = (one: Measure, other: Measure): Measure => ({
  selections: one.selections + other.selections,
  characters: one.characters + other.characters,
  depth: Math.max(one.depth, other.depth),
  nesting: Math.max(one.nesting, other.nesting),
})

function refuseLarge({ selections, characters, depth, nesting }: Measure, limits: Limits): void {
  refuseOver(limits, 'selections', selections, 'fields and fragments')
  refuseOver(limits, 'expandedCharacters', characters, 'characters with its fragments expanded')
  refuseOver(limits, 'depth', depth, 'levels of fields')
  refuseOver(limits, 'nesting', nesting, 'levels of fields and fragments')
}

/**
 * Visits each selection once, however often its fragment is spread, and counts aliases on the way.
 */
function createMeasure(fragments: Fragments, limits: Limits): (set: SelectionSetNode) => Measure {
  const measured = new Map<SelectionSetNode, Measure | 'measuring'>()
  let aliases = 0
  let levels = 0
  const measure = (set: SelectionSetNode, fragment?: string): Measure => {
    const known = measured.get(set)
    if (known === 'measuring')
      throw codedError('GRAPHQL_VALIDATION_FAILED', `The fragment "${fragment}" spreads itself.`)
    if (known) return known
    measured.set(set, 'measuring')
    levels += 1 // checked on the way down, before the stack overflows
    refuseOver(limits, 'nesting', levels, 'levels of fields and fragments')
    let all = NOTHING
    for (const selection of set.selections) all = sum(all, measureSelection(selection))
    levels -= 1
    measured.set(set, all)
    return all
  }
  const measureSelection = (selection: SelectionNode): Measure => {
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD
    const isField = selection.kind === Kind.FIELD
    if (isField && selection.alias) {
      aliases += 1
      refuseOver(limits, 'aliases', aliases, 'aliases')
    }
    const set = isSpread ? fragments.get(selection.name.value)?.selectionSet : selection.selectionSet
    const { selections, characters, depth, nesting } = set
      ? measure(set, isSpread ? selection.name.value : undefined)
      : NOTHING
    return {
      selections: selections + 1,
      characters: characters + lengthOf(selection) - (isSpread ? 0 : lengthOf(set)),
      depth: depth + (isField ? 1 : 0),
      nesting: nesting + 1,
    }
  }
  return measure
}

const lengthOf = (node: ASTNode | undefined): number => (node?.loc ? node.loc.end - node.loc.start : 0)

function refuseOver(limits: Limits, name: LimitName, found: number, what: string): void {
  if (found > limits[name]) throw overLimit(name, `The document has more than ${limits[name]} ${what}.`)
}
