/**
 * Reads the costs that a supergraph declares: `@cost` and `@listSize` of the federation
 * specification (cost v0.1). Reads syntax only.
 */
import { type ConstDirectiveNode, type DocumentNode, type FieldDefinitionNode, Kind } from 'graphql'
import { hasNodeGraph } from '../../supergraph/node-graph.ts'
import { addAbstractCosts } from './abstract-costs.ts'
import type { DeclaredSize } from './declared-size.ts'
import { argumentOf, itemsOf } from './field-sets.ts'
import { readLinks } from './links.ts'

export interface DeclaredCosts {
  /**
   * Keyed by `Type`, `Type.field` (also of input objects) and `Type.field(argument:)`; never below
   * 0.
   */
  readonly weights: ReadonlyMap<string, number>
  /** Keyed by `Type.field`. */
  readonly sizes: ReadonlyMap<string, DeclaredSize>
}

const SPECIFICATION = 'https://specs.apollo.dev/cost'

/** Both maps are empty for a supergraph that declares none. */
export function readDeclaredCosts(supergraph: DocumentNode): DeclaredCosts {
  const weights = new Map<string, number>()
  const sizes = new Map<string, DeclaredSize>()
  const link = readLinks(supergraph).find(({ identity }) => identity === SPECIFICATION)
  if (!link) return { weights, sizes }
  const names = { cost: link.called('cost'), listSize: link.called('listSize') }

  const readWeight = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    const cost = named(directives, names.cost)
    const weight = cost && numberOf(cost, 'weight')
    if (weight !== undefined) weights.set(coordinate, Math.max(0, weight))
  }
  const readField = (type: string, { name, directives, arguments: given }: FieldDefinitionNode): void => {
    const coordinate = `${type}.${name.value}`
    readWeight(coordinate, directives)
    for (const argument of given ?? []) readWeight(`${coordinate}(${argument.name.value}:)`, argument.directives)
    const size = named(directives, names.listSize)
    if (!size) return
    sizes.set(coordinate, {
      assumedSize: numberOf(size, 'assumedSize'),
      slicingArguments: textsOf(size, 'slicingArguments'),
      sizedFields: textsOf(size, 'sizedFields'),
    })
  }
  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || !definition.name) continue
    const type = definition.name.value
    if (definition.kind !== Kind.DIRECTIVE_DEFINITION) readWeight(type, definition.directives as ConstDirectiveNode[])
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION)
      for (const field of definition.fields ?? []) readField(type, field)
    if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
      for (const { name, directives } of definition.fields ?? []) readWeight(`${type}.${name.value}`, directives)
  }
  addAbstractCosts(supergraph, { weights, sizes })
  const nodes = hasNodeGraph(supergraph) ? sizes.get(NODES) : undefined
  if (nodes) sizes.set(NODES, { ...nodes, slicingArguments: ['nodeIds'] })
  return { weights, sizes }
}

/**
 * Its size is the number of its ids, which `@listSize` cannot say: it takes only arguments of type
 * `Int`.
 */
const NODES = 'Query.nodes'

const named = (directives: readonly ConstDirectiveNode[] | undefined, name: string): ConstDirectiveNode | undefined =>
  directives?.find((directive) => directive.name.value === name)

function numberOf(directive: ConstDirectiveNode, argument: string): number | undefined {
  const value = argumentOf(directive, argument)
  return value?.kind === Kind.INT ? Number(value.value) : undefined
}

function textsOf(directive: ConstDirectiveNode, argument: string): readonly string[] | undefined {
  const value = argumentOf(directive, argument)
  if (!value || value.kind === Kind.NULL) return undefined
  return itemsOf(value).flatMap((one) => (one.kind === Kind.STRING ? one.value : []))
}
