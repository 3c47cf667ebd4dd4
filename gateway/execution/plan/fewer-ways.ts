/**
 * Reduces a supergraph so that operations are planned quickly: of the services that share a field,
 * one is kept. Operations that take too long to plan on the whole supergraph are planned on this
 * one: the plan may make more calls, but is found at once. A service may lack fields of an
 * interface here; the planner accepts that, and the real service has them.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind, type ObjectTypeDefinitionNode } from 'graphql'
import { textOf } from './field-sets.ts'

/** @param kept names of fields that stay in every service: those of keys and other inputs */
export const withFewerWays = (document: DocumentNode, kept: ReadonlySet<string>): DocumentNode => ({
  ...document,
  definitions: document.definitions.map((type) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION ? withOneService(type, kept) : type,
  ),
})

function withOneService(type: ObjectTypeDefinitionNode, kept: ReadonlySet<string>): ObjectTypeDefinitionNode {
  // A service that cannot find the object by a key can be reached by some paths only.
  const found = new Set(
    (type.directives ?? []).flatMap((each) => (textOf(each, 'key') === undefined ? [] : (textOf(each, 'graph') ?? []))),
  )
  const sharing = new Map<string, readonly string[]>()
  for (const { name, directives = [] } of type.fields ?? []) {
    const services = directives.flatMap((each) => (isPlain(each) ? (textOf(each, 'graph') ?? []) : []))
    const isShared = services.length > 1 && services.length === directives.length && !kept.has(name.value)
    if (isShared && services.every((service) => found.has(service))) sharing.set(name.value, services)
  }
  // Services with most of the shared fields keep all of theirs, so that few services are called.
  const counts = new Map<string, number>()
  for (const service of [...sharing.values()].flat()) counts.set(service, (counts.get(service) ?? 0) + 1)
  const most = [...counts].sort(([, left], [, right]) => right - left).map(([service]) => service)
  const fields = (type.fields ?? []).map((field) => {
    const services = sharing.get(field.name.value)
    const chosen = most.find((service) => services?.includes(service))
    if (chosen === undefined) return field
    return { ...field, directives: (field.directives ?? []).filter((each) => textOf(each, 'graph') === chosen) }
  })
  return { ...type, fields }
}

/** True for a directive whose only argument is the service. */
const isPlain = ({ name, arguments: given = [] }: ConstDirectiveNode): boolean =>
  name.value === 'join__field' && given.every((argument) => argument.name.value === 'graph')
