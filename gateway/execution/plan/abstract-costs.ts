/**
 * What an interface or union does not say of its costs itself: the most that its object types say.
 * An operation may select through it whatever they have.
 */
import {
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type UnionTypeDefinitionNode,
} from 'graphql'
import type { DeclaredSize } from './declared-size.ts'
import { namedType } from './type-nodes.ts'

interface Costs {
  readonly weights: Map<string, number>
  readonly sizes: Map<string, DeclaredSize>
}

type AbstractType = InterfaceTypeDefinitionNode | UnionTypeDefinitionNode

/** @param costs what types and fields say of themselves; is added to */
export function addAbstractCosts(supergraph: DocumentNode, { weights, sizes }: Costs): void {
  if (weights.size + sizes.size === 0) return
  const composite = new Set<string>()
  for (const node of supergraph.definitions)
    if (isComposite(node.kind) && 'name' in node) composite.add(node.name.value)
  const abstract = [...objectsOf(supergraph)]

  const addWeight = (coordinate: string, of: readonly string[], otherwise: number): void => {
    if (weights.has(coordinate)) return
    const declared = of.flatMap((each) => weights.get(each) ?? [])
    const most = declared.reduce((one, other) => Math.max(one, other), 0)
    if (declared.length > 0 && (declared.length === of.length || most > otherwise)) weights.set(coordinate, most)
  }
  for (const [{ name }, objects] of abstract) addWeight(name.value, objects, 1)

  for (const [type, objects] of abstract)
    for (const field of (type.kind === Kind.INTERFACE_TYPE_DEFINITION && type.fields) || []) {
      const among = (suffix: string): readonly string[] => objects.map((object) => `${object}.${suffix}`)
      const name = field.name.value
      const result = namedType(field.type)
      addWeight(`${type.name.value}.${name}`, among(name), weights.get(result) ?? (composite.has(result) ? 1 : 0))
      for (const argument of field.arguments ?? []) {
        const suffix = `${name}(${argument.name.value}:)`
        addWeight(`${type.name.value}.${suffix}`, among(suffix), 0)
      }
      const declared = among(name).flatMap((each) => sizes.get(each) ?? [])
      const coordinate = `${type.name.value}.${name}`
      if (declared.length > 0 && !sizes.has(coordinate)) sizes.set(coordinate, largest(declared))
    }
}

const isComposite = (kind: Kind): boolean =>
  kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.INTERFACE_TYPE_DEFINITION || kind === Kind.UNION_TYPE_DEFINITION

/** The names of the object types of each interface and union. */
function objectsOf({ definitions }: DocumentNode): ReadonlyMap<AbstractType, readonly string[]> {
  const byInterface = new Map<string, string[]>()
  const implementing = (type: ObjectTypeDefinitionNode): void => {
    for (const { name } of type.interfaces ?? []) {
      const known = byInterface.get(name.value) ?? []
      byInterface.set(name.value, known)
      known.push(type.name.value)
    }
  }
  for (const node of definitions) if (node.kind === Kind.OBJECT_TYPE_DEFINITION) implementing(node)
  return new Map(
    definitions.flatMap((node): [AbstractType, readonly string[]][] => {
      if (node.kind === Kind.INTERFACE_TYPE_DEFINITION) return [[node, byInterface.get(node.name.value) ?? []]]
      return node.kind === Kind.UNION_TYPE_DEFINITION ? [[node, (node.types ?? []).map(({ name }) => name.value)]] : []
    }),
  )
}

function largest(sizes: readonly DeclaredSize[]): DeclaredSize {
  const all = (read: (size: DeclaredSize) => readonly string[] | undefined): readonly string[] | undefined => {
    const names = sizes.flatMap((size) => read(size) ?? [])
    return names.length === 0 ? undefined : [...new Set(names)]
  }
  const assumed = sizes.flatMap(({ assumedSize }) => assumedSize ?? [])
  return {
    assumedSize: assumed.length === 0 ? undefined : assumed.reduce((one, other) => Math.max(one, other)),
    slicingArguments: all(({ slicingArguments }) => slicingArguments),
    sizedFields: all(({ sizedFields }) => sizedFields),
  }
}
