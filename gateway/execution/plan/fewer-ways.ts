/**
 * Reduces a supergraph so that operations are planned quickly: of the services that share a field,
 * one is kept. Operations that take too long to plan on the whole supergraph are planned on this
 * one: the plan may make more calls, but is found at once. A service may lack fields of an
 * interface here; the planner accepts that, and the real service has them.
 */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql'
import { interfacesOf, isType, namedOf } from './definitions.ts'
import { joinsField, joinsType, servicesIn, textOf } from './field-sets.ts'

/** @param kept names of fields that stay in every service: those of keys and other inputs */
export function withFewerWays(document: DocumentNode, kept: ReadonlySet<string>): DocumentNode {
  const split = splitTypes(document)
  return {
    ...document,
    definitions: document.definitions.map((type) => {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) return type
      const mayMove = ({ name, type: given }: FieldDefinitionNode): boolean =>
        !kept.has(name.value) && !split.has(namedOf(given))
      return withOneService(type, mayMove)
    }),
  }
}

function withOneService(
  type: ObjectTypeDefinitionNode,
  mayMove: (field: FieldDefinitionNode) => boolean,
): ObjectTypeDefinitionNode {
  const having = (type.directives ?? []).filter(joinsType)
  // A service that cannot find the object by a key can be reached by some paths only.
  const found = new Set(servicesIn(having.filter(hasKey)))
  const sharing = new Map<string, readonly string[]>()
  for (const field of type.fields ?? []) {
    const services = servicesOf(field, having)
    if (services.length > 1 && services.every((service) => found.has(service)) && mayMove(field))
      sharing.set(field.name.value, services)
  }
  // Services with most of the shared fields keep all of theirs, so that few services are called.
  const counts = new Map<string, number>()
  for (const service of [...sharing.values()].flat()) counts.set(service, (counts.get(service) ?? 0) + 1)
  const most = [...counts].sort(([, left], [, right]) => right - left).map(([service]) => service)
  const fields = (type.fields ?? []).map((field) => {
    const services = sharing.get(field.name.value)
    const chosen = most.find((service) => services?.includes(service))
    return chosen === undefined ? field : { ...field, directives: [...othersOf(field), givenBy(chosen)] }
  })
  return { ...type, fields }
}

/**
 * Types of which the services that give an object each have only a part, since it is found by no
 * key. A field of such a type stays in every service, or parts could not be reached.
 */
function splitTypes({ definitions }: DocumentNode): ReadonlySet<string> {
  const types = definitions.filter(isType)
  const split = new Set<string>()
  const isSplit = (type: TypeDefinitionNode): boolean => {
    if (type.kind === Kind.UNION_TYPE_DEFINITION) return (type.types ?? []).some(({ name }) => split.has(name.value))
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) return false
    if ((type.directives ?? []).filter(joinsType).every(hasKey)) return false
    return (type.fields ?? []).some((field) => field.directives?.some(joinsField) || split.has(namedOf(field.type)))
  }
  // Types contain each other: until a round finds no further one.
  for (let before = -1; before < split.size; ) {
    before = split.size
    for (const type of types) {
      if (!isSplit(type)) continue
      split.add(type.name.value)
      for (const { name } of interfacesOf(type)) split.add(name.value)
    }
  }
  return split
}

/** Empty if the field is of one service, or one gives it under a condition. */
function servicesOf(
  { directives = [] }: FieldDefinitionNode,
  having: readonly ConstDirectiveNode[],
): readonly string[] {
  const given = directives.filter(joinsField)
  // Without any, every service that has the type has the field.
  if (given.length === 0) return [...new Set(servicesIn(having))]
  return given.every(isPlain) ? servicesIn(given) : []
}

const hasKey = (directive: ConstDirectiveNode): boolean => textOf(directive, 'key') !== undefined

/** True for a directive whose only argument is the service. */
const isPlain = ({ arguments: given = [] }: ConstDirectiveNode): boolean =>
  given.every((argument) => argument.name.value === 'graph')

const othersOf = ({ directives = [] }: FieldDefinitionNode): readonly ConstDirectiveNode[] =>
  directives.filter((each) => !joinsField(each))

const givenBy = (service: string): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'join__field' },
  arguments: [
    {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'graph' },
      value: { kind: Kind.ENUM, value: service },
    },
  ],
})
