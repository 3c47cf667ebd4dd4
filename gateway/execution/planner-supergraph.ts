/**
 * Prepares a supergraph for the planner, so that what the planner gets wrong cannot come up:
 * a key that cannot be resolved is no key, whatever `@join__type` says of it. The public schema stays as it was.
 */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  parse,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql'

/** By service and `Type.field`. */
export type ServiceInputs = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
/** By service and type. */
export type ServiceKeys = Readonly<Record<string, Readonly<Record<string, readonly (readonly string[])[]>>>>

export interface PreparedSupergraph {
  readonly document: DocumentNode
  /** Names of the fields that any key, `@requires`, `@provides` or context selects. */
  readonly plannerFields: readonly string[]
  /** What `@requires` names for a field, at its top level. */
  readonly requiredInputs: ServiceInputs
  /** The keys by which a service finds an object of a type: names at the top of each. */
  readonly keys: ServiceKeys
}

export function prepareSupergraph(supergraph: DocumentNode): PreparedSupergraph {
  const plannerFields = new Set<string>()
  const document = visit(supergraph, {
    enter: (node) => {
      if (node.kind !== Kind.DIRECTIVE) return undefined
      const directive = node as ConstDirectiveNode // a schema's directives hold no variables
      for (const fieldSet of fieldSets(directive)) for (const name of selectedFields(fieldSet)) plannerFields.add(name)
      return isUnresolvableKey(directive) ? withoutKey(directive) : undefined
    },
  })
  const services = serviceNames(document.definitions)
  return {
    document,
    plannerFields: [...plannerFields],
    requiredInputs: requiredInputs(document, services),
    keys: resolvableKeys(document, services),
  }
}

function resolvableKeys({ definitions }: DocumentNode, services: ReadonlyMap<string, string>): ServiceKeys {
  const keys: Record<string, Record<string, (readonly string[])[]>> = {}
  for (const type of definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const directive of type.directives ?? []) {
      const graph = argumentOf(directive, 'graph')
      const key = argumentOf(directive, 'key')
      if (graph?.kind !== Kind.ENUM || key?.kind !== Kind.STRING) continue
      const service = services.get(graph.value) ?? graph.value
      keys[service] ??= {}
      keys[service][type.name.value] ??= []
      keys[service][type.name.value]?.push(topFields(key.value))
    }
  }
  return keys
}

function requiredInputs({ definitions }: DocumentNode, services: ReadonlyMap<string, string>): ServiceInputs {
  const inputs: Record<string, Record<string, readonly string[]>> = {}
  for (const type of definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const field of type.fields ?? []) {
      for (const directive of field.directives ?? []) {
        const graph = argumentOf(directive, 'graph')
        const requires = argumentOf(directive, 'requires')
        if (graph?.kind !== Kind.ENUM || requires?.kind !== Kind.STRING) continue
        const service = services.get(graph.value) ?? graph.value
        inputs[service] ??= {}
        inputs[service][`${type.name.value}.${field.name.value}`] = topFields(requires.value)
      }
    }
  }
  return inputs
}

/** Services by the names that `join__Graph` gives them. */
function serviceNames(definitions: DocumentNode['definitions']): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const definition of definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue
    for (const { name, directives } of definition.values ?? []) {
      const value = directives?.[0] && argumentOf(directives[0], 'name')
      if (value?.kind === Kind.STRING) names.set(name.value, value.value)
    }
  }
  return names
}

const argumentOf = (directive: ConstDirectiveNode, name: string): ValueNode | undefined =>
  directive.arguments?.find((argument) => argument.name.value === name)?.value

const isUnresolvableKey = (directive: ConstDirectiveNode): boolean => {
  const resolvable = argumentOf(directive, 'resolvable')
  return directive.name.value === 'join__type' && resolvable?.kind === Kind.BOOLEAN && !resolvable.value
}

const withoutKey = (directive: ConstDirectiveNode): ConstDirectiveNode => ({
  ...directive,
  arguments: directive.arguments?.filter(({ name }) => name.value !== 'key' && name.value !== 'resolvable') ?? [],
})

function fieldSets(directive: ConstDirectiveNode): string[] {
  const found = ['key', 'requires', 'provides'].map((name) => argumentOf(directive, name))
  const contexts = argumentOf(directive, 'contextArguments')
  const selections =
    contexts?.kind === Kind.LIST
      ? contexts.values.flatMap((value) =>
          value.kind === Kind.OBJECT
            ? value.fields.filter((field) => field.name.value === 'selection').map((field) => field.value)
            : [],
        )
      : []
  return [...found, ...selections].flatMap((value) => (value?.kind === Kind.STRING ? [value.value] : []))
}

function parseFieldSet(fieldSet: string): DocumentNode {
  const text = fieldSet.trim()
  return parse(text.startsWith('{') ? text : `{${text}}`, { noLocation: true })
}

function selectedFields(fieldSet: string): string[] {
  const names: string[] = []
  visit(parseFieldSet(fieldSet), {
    enter: (node) => {
      if (node.kind === Kind.FIELD) names.push(node.name.value)
    },
  })
  return names
}

/** Names at the top of a field set, those in fragments too. */
function topFields(fieldSet: string): string[] {
  const names = new Set<string>()
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value)
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
    }
  }
  const [operation] = parseFieldSet(fieldSet).definitions
  if (operation?.kind === Kind.OPERATION_DEFINITION) collect(operation.selectionSet)
  return [...names]
}
