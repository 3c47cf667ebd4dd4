/**
 * Refuses a supergraph that depends on features which the gateway does not implement: without them
 * it would reveal too much, or not work.
 */
import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type TypeDefinitionNode,
} from 'graphql'
import { argumentOf, serviceNames, textOf } from './field-sets.ts'
import { type Link, readLinks } from './links.ts'

const APOLLO = 'https://specs.apollo.dev/'
const IMPLEMENTED: ReadonlySet<string> = new Set(
  ['link', 'core', 'join', 'inaccessible', 'tag', 'context', 'cost', 'authenticated', 'requiresScopes', 'policy'].map(
    (name) => APOLLO + name,
  ),
)

/** @throws Error naming each feature, and the services that use it */
export function requireImplemented(supergraph: DocumentNode): void {
  const missing = readLinks(supergraph).filter(isMissing)
  if (missing.length === 0) return
  const features = missing.map((link) => {
    const users = [...usersOf(link, supergraph)].sort()
    return users.length === 0 ? `"${link.name}"` : `"${link.name}" (used by ${users.join(', ')})`
  })
  throw new Error(`It needs what this gateway does not implement: ${features.join(', ')}.`)
}

const isMissing = ({ identity, purpose }: Link): boolean =>
  !IMPLEMENTED.has(identity) && (purpose === 'SECURITY' || purpose === 'EXECUTION')

/**
 * Services by name, as far as the supergraph tells: those that a type or field with the feature's
 * directive comes from.
 */
function usersOf(link: Link, supergraph: DocumentNode): ReadonlySet<string> {
  const services = serviceNames(supergraph)
  const users = new Set<string>()
  const add = (graphs: readonly string[]): void => {
    for (const graph of graphs) users.add(services.get(graph) ?? graph)
  }
  const read = ({ directives = [] }: Annotated, origins: readonly string[]): void => {
    if (directives.some(({ name }) => link.owns(name.value))) add(origins)
    for (const directive of directives) {
      if (directive.name.value !== 'join__directive') continue
      const applied = textOf(directive as ConstDirectiveNode, 'name') ?? ''
      // The supergraph does not keep the services' own links apart, so their names for directives
      // are used as they are.
      if (applied === link.name || link.owns(applied)) add(enumsOf(directive))
    }
  }
  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION) read(definition, [])
    if (!isType(definition)) continue
    const ofType = graphsOf(definition, 'join__type')
    read(definition, ofType)
    for (const member of membersOf(definition)) {
      const own = graphsOf(member, 'join__field')
      const origins = own.length > 0 ? own : ofType
      read(member, origins)
      for (const argument of ('arguments' in member && member.arguments) || []) read(argument, origins)
    }
  }
  return users
}

interface Annotated {
  readonly directives?: readonly DirectiveNode[] | undefined
}

const isType = (node: { readonly kind: Kind }): node is TypeDefinitionNode => node.kind.endsWith('TypeDefinition')

const membersOf = (
  type: TypeDefinitionNode,
): readonly (Annotated & Partial<Pick<FieldDefinitionNode, 'arguments'>>)[] =>
  'fields' in type ? (type.fields ?? []) : 'values' in type ? (type.values ?? []) : []

const graphsOf = ({ directives = [] }: Annotated, name: string): string[] =>
  directives.flatMap((directive) =>
    directive.name.value === name ? (textOf(directive as ConstDirectiveNode, 'graph') ?? []) : [],
  )

function enumsOf(directive: DirectiveNode): string[] {
  const graphs = argumentOf(directive as ConstDirectiveNode, 'graphs')
  return graphs?.kind === Kind.LIST ? graphs.values.flatMap((each) => (each.kind === Kind.ENUM ? each.value : [])) : []
}
