/** Removes the types of a schema that no operation can reach. */
import { type DefinitionNode, Kind } from 'graphql'
import { argumentsOf, interfacesOf, isType, membersOf, namedOf, rootNames, typesByName } from './definitions.ts'

/**
 * An interface that no field returns is kept if a kept object implements it, but makes no other
 * objects reachable.
 */
export function reachableTypes(definitions: readonly DefinitionNode[]): readonly DefinitionNode[] {
  const types = typesByName(definitions)
  const implementers = new Map<string, string[]>()
  for (const [name, type] of types)
    for (const each of interfacesOf(type)) {
      const known = implementers.get(each.name.value)
      if (known) known.push(name)
      else implementers.set(each.name.value, [name])
    }
  const reached = new Set<string>()
  /** Types that fields return. */
  const given = new Set(rootNames(definitions))
  for (const node of definitions)
    if (node.kind === Kind.DIRECTIVE_DEFINITION) for (const { type } of node.arguments ?? []) given.add(namedOf(type))
  // Both sets grow during the loops.
  for (const name of given) {
    reached.add(name)
    for (const each of implementers.get(name) ?? []) given.add(each)
    const type = types.get(name)
    if (type?.kind === Kind.UNION_TYPE_DEFINITION) for (const each of type.types ?? []) given.add(each.name.value)
    if (type) follow(name)
  }
  return definitions.filter((node) => !isType(node) || reached.has(node.name.value))

  function follow(name: string): void {
    const type = types.get(name)
    if (!type) return
    for (const { name: each } of interfacesOf(type)) {
      if (reached.has(each.value)) continue
      reached.add(each.value)
      follow(each.value)
    }
    for (const member of membersOf(type)) {
      if ('type' in member) given.add(namedOf(member.type))
      for (const argument of argumentsOf(member)) given.add(namedOf(argument.type))
    }
  }
}
