/**
 * Prepares a supergraph for the planner, so that cases which the planner gets wrong cannot occur,
 * and extracts the facts that the engine needs. Removes keys that cannot be resolved, unless they
 * lead from an interface object to the services with its objects; makes a required field with
 * arguments a field of its own; lets the node graph give each node's id. The public schema is
 * unchanged.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql'
import { nodeGraphIn } from '../../supergraph/node-graph.ts'
import {
  allFields,
  argumentOf,
  booleanOf,
  joinsField,
  joinsType,
  parseFieldSet,
  serviceNames,
  textOf,
  topFields,
} from './field-sets.ts'
import { type RequiredArguments, withRequiredArguments } from './required-arguments.ts'

/** Keyed by service, then by `Type.field`. */
export type ServiceInputs = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
/** Keyed by service, then by type. */
export type ServiceKeys = ReadonlyMap<string, ReadonlyMap<string, readonly (readonly string[])[]>>

interface PreparedSupergraph {
  readonly document: DocumentNode
  readonly requiredArguments: RequiredArguments
  /** Names of the fields that any key, `@requires`, `@provides` or context selects. */
  readonly plannerFields: readonly string[]
  /** Interfaces whose objects some service does not know. */
  readonly interfaceObjects: readonly string[]
  /** The top-level inputs that `@requires` names for a field. */
  readonly requiredInputs: ServiceInputs
  /** The keys by which a service finds an object of a type: names at the top of each. */
  readonly keys: ServiceKeys
}

export function prepareSupergraph(supergraph: DocumentNode): PreparedSupergraph {
  const nodeGraph = nodeGraphIn(supergraph)
  const { document, requiredArguments } = withRequiredArguments(
    mapDirectives(supergraph, (directive) => {
      if (isUnresolvableKey(directive)) return without(directive, ['key', 'resolvable'])
      return nodeGraph !== undefined && isOwnNodeId(directive, nodeGraph) ? without(directive, ['external']) : undefined
    }),
  )
  const plannerFields = new Set<string>()
  mapDirectives(document, (directive) => {
    for (const fieldSet of fieldSets(directive)) {
      for (const name of allFields(parseFieldSet(fieldSet))) plannerFields.add(name)
    }
    return undefined
  })
  return {
    document,
    requiredArguments,
    plannerFields: [...plannerFields],
    interfaceObjects: interfaceObjectsOf(document),
    ...inputsAndKeys(document),
  }
}

/** @param change returns a directive's replacement; `undefined` keeps it */
const mapDirectives = (
  document: DocumentNode,
  change: (directive: ConstDirectiveNode) => ConstDirectiveNode | undefined,
): DocumentNode =>
  visit(document, {
    // The directives of a schema hold no variables.
    enter: (node) => (node.kind === Kind.DIRECTIVE ? change(node as ConstDirectiveNode) : undefined),
  })

const isInterfaceObject = (directive: ConstDirectiveNode): boolean =>
  joinsType(directive) && booleanOf(directive, 'isInterfaceObject') === true

const isUnresolvableKey = (directive: ConstDirectiveNode): boolean =>
  joinsType(directive) && booleanOf(directive, 'resolvable') === false && !isInterfaceObject(directive)

const interfaceObjectsOf = ({ definitions }: DocumentNode): string[] =>
  definitions.flatMap((type) =>
    type.kind === Kind.INTERFACE_TYPE_DEFINITION && type.directives?.some(isInterfaceObject) ? [type.name.value] : [],
  )

/**
 * Otherwise `{ nodeId }` of one node would plan a call for each type that it may have, and of a few
 * hundred nodes thousands, which takes seconds. The node's own service has been asked by then.
 */
const isOwnNodeId = (directive: ConstDirectiveNode, nodeGraph: string): boolean =>
  joinsField(directive) && textOf(directive, 'graph') === nodeGraph && argumentOf(directive, 'external') !== undefined

const without = (directive: ConstDirectiveNode, names: readonly string[]): ConstDirectiveNode => ({
  ...directive,
  arguments: directive.arguments?.filter(({ name }) => !names.includes(name.value)) ?? [],
})

function fieldSets(directive: ConstDirectiveNode): string[] {
  const found = ['key', 'requires', 'provides'].flatMap((name) => textOf(directive, name) ?? [])
  const contexts = argumentOf(directive, 'contextArguments')
  if (contexts?.kind !== Kind.LIST) return found
  for (const context of contexts.values) {
    const selection = context.kind === Kind.OBJECT && context.fields.find(({ name }) => name.value === 'selection')
    if (selection && selection.value.kind === Kind.STRING) found.push(selection.value.value)
  }
  return found
}

function inputsAndKeys(document: DocumentNode): Pick<PreparedSupergraph, 'requiredInputs' | 'keys'> {
  const services = serviceNames(document)
  const requiredInputs = new Map<string, Map<string, readonly string[]>>()
  const keys = new Map<string, Map<string, readonly (readonly string[])[]>>()
  for (const type of document.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const directive of type.directives ?? []) {
      const service = services.get(textOf(directive, 'graph') ?? '')
      const key = textOf(directive, 'key')
      if (service === undefined || key === undefined) continue
      const ofService = part(keys, service)
      ofService.set(type.name.value, [...(ofService.get(type.name.value) ?? []), topFields(parseFieldSet(key))])
    }
    for (const field of type.fields ?? []) {
      for (const directive of field.directives ?? []) {
        const service = services.get(textOf(directive, 'graph') ?? '')
        const requires = textOf(directive, 'requires')
        if (service === undefined || requires === undefined) continue
        const inputs = topFields(parseFieldSet(requires))
        part(requiredInputs, service).set(`${type.name.value}.${field.name.value}`, inputs)
      }
    }
  }
  return { requiredInputs, keys }
}

function part<Value>(parts: Map<string, Map<string, Value>>, name: string): Map<string, Value> {
  const found = parts.get(name) ?? new Map<string, Value>()
  parts.set(name, found)
  return found
}
