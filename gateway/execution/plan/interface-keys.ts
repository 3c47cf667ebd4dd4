/**
 * Lets the planner find objects of an interface by the interface's own key, where every service
 * finds every object type by that key. Otherwise it goes through all types one by one: with n
 * types, a chain of d such fields takes in the order of n^d steps.
 */
import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  visit,
} from 'graphql'
import { interfacesOf } from './definitions.ts'
import { operationOf, withOperation } from './fetch-operation.ts'
import { booleanOf, joinsField, joinsType, parseFieldSet, servicesIn, textOf, topFields } from './field-sets.ts'
import { mapFetches } from './map-fetches.ts'

type Composite = InterfaceTypeDefinitionNode | ObjectTypeDefinitionNode

/** Prefix of the types that this module adds. */
const ADDED = 'NoneOf__'

interface WithInterfaceKeys {
  readonly document: DocumentNode
  /**
   * Makes a plan one for the real services.
   * @throws Error if it needs an added type
   */
  revise(plan: QueryPlan): QueryPlan
}

/**
 * Adds the keys. Also adds an object type to each such interface, which is found by no key: the
 * planner stops to go through the types at the first one from which there is no way.
 * @returns `undefined` if there is no such interface
 */
export function withInterfaceKeys(document: DocumentNode): WithInterfaceKeys | undefined {
  const objects = document.definitions.filter((type) => type.kind === Kind.OBJECT_TYPE_DEFINITION)
  const added: ObjectTypeDefinitionNode[] = []
  const names = new Set<unknown>()
  const definitions = document.definitions.map((type) => {
    if (type.kind !== Kind.INTERFACE_TYPE_DEFINITION || interfacesOf(type).length > 0) return type
    const types = objects.filter((each) => interfacesOf(each).some(({ name }) => name.value === type.name.value))
    const key = commonKey(type, types)
    if (key === undefined) return type
    added.push(noneOf(type, types))
    names.add(type.name.value)
    const others = (type.directives ?? []).filter((each) => !joinsType(each))
    const keyed = servicesOf(type).map((service) => `@join__type(graph: ${service}, key: ${JSON.stringify(key)})`)
    return { ...type, directives: [...directivesOf(keyed), ...others] }
  })
  if (added.length === 0) return undefined
  return {
    document: { ...document, definitions: [...added, ...definitions] },
    revise: (plan) => mapFetches(plan, (fetch) => withoutAddedTypes(withObjectTypes(fetch, names))),
  }
}

/** The services know no key of these interfaces: an object is sent by the name of its own type. */
function withObjectTypes({ inputRewrites, ...fetch }: FetchNode, interfaces: ReadonlySet<unknown>): FetchNode {
  const kept = inputRewrites?.filter((each) => each.kind !== 'ValueSetter' || !interfaces.has(each.setValueTo))
  return kept?.length ? { ...fetch, inputRewrites: kept } : fetch
}

/** No object is of an added type. */
function withoutAddedTypes(fetch: FetchNode): FetchNode {
  if (JSON.stringify(fetch.requires ?? []).includes(ADDED))
    throw new Error('An input is of a type that no service has.')
  if (!fetch.operation.includes(ADDED)) return fetch
  const operation = visit(operationOf(fetch.operation), {
    InlineFragment: ({ typeCondition }) => (typeCondition?.name.value.startsWith(ADDED) ? null : undefined),
    SelectionSet: {
      leave({ selections }) {
        if (selections.length === 0) throw new Error('Fields are asked of a type that no service has.')
      },
    },
  })
  return withOperation(fetch, operation)
}

/** A key by which every service that has the interface finds an object of any of its types. */
function commonKey(type: InterfaceTypeDefinitionNode, types: readonly ObjectTypeDefinitionNode[]): string | undefined {
  const services = servicesOf(type)
  if (services.length < 2 || types.length < 2 || type.directives?.some(keyOf)) return undefined
  const isKey = (key: string): boolean =>
    services.every((service) => types.every((each) => isFound(each, service, key))) &&
    topFields(parseFieldSet(key)).every((name) => services.every((service) => isGivenBy(service, name, [type])))
  return (types[0]?.directives ?? []).flatMap((each) => keyOf(each) ?? []).find(isKey)
}

const isFound = ({ directives = [] }: ObjectTypeDefinitionNode, service: string, key: string): boolean =>
  directives.some((each) => textOf(each, 'graph') === service && keyOf(each) === key)

/** True if the service gives the field of every type. */
const isGivenBy = (service: string, name: string, types: readonly Composite[]): boolean =>
  types.every(({ fields }) => {
    const directives = fields?.find((field) => field.name.value === name)?.directives
    const given = directives?.filter(joinsField)
    if (given?.length === 0) return true
    return given?.some((each) => textOf(each, 'graph') === service && !booleanOf(each, 'external')) ?? false
  })

/** Each service that has the interface gives of it what it gives of all other types. */
function noneOf(
  type: InterfaceTypeDefinitionNode,
  types: readonly ObjectTypeDefinitionNode[],
): ObjectTypeDefinitionNode {
  const { value } = type.name
  const services = servicesOf(type)
  const fields = (type.fields ?? []).flatMap((field) => {
    const giving = services.filter((service) => isGivenBy(service, field.name.value, [type, ...types]))
    const own =
      field.directives?.filter((each) => joinsField(each) && giving.includes(textOf(each, 'graph') ?? '')) ?? []
    const directives = own.length > 0 ? own : directivesOf(giving.map((service) => `@join__field(graph: ${service})`))
    return giving.length > 0 ? { ...field, directives } : []
  })
  return {
    kind: Kind.OBJECT_TYPE_DEFINITION,
    name: { kind: Kind.NAME, value: ADDED + value },
    interfaces: [{ kind: Kind.NAMED_TYPE, name: type.name }],
    directives: directivesOf(
      services.map((each) => `@join__type(graph: ${each}) @join__implements(graph: ${each}, interface: "${value}")`),
    ),
    fields,
  }
}

const servicesOf = ({ directives = [] }: InterfaceTypeDefinitionNode): readonly string[] =>
  servicesIn(directives.filter(joinsType))

function directivesOf(texts: readonly string[]): readonly ConstDirectiveNode[] {
  const [type] = parse(`scalar X ${texts.join(' ')}`, { noLocation: true }).definitions
  return type?.kind === Kind.SCALAR_TYPE_DEFINITION ? (type.directives ?? []) : []
}

/** The key by which a service finds the object. */
const keyOf = (each: ConstDirectiveNode): string | undefined =>
  joinsType(each) && booleanOf(each, 'resolvable') !== false ? textOf(each, 'key') : undefined
