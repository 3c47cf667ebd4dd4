/**
 * The elements that a service's schema declares, by schema coordinate, with place and directives.
 * Federation directives have their own names, however the schema imports them.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind, parse, print, Source, type TypeNode } from 'graphql'
import type { ServiceSchema } from '../../composition/compose.ts'
import { type Place, placeOf } from '../../composition/remark.ts'
import { readLinks } from '../../execution/plan/links.ts'
import { argumentOf, fieldOf } from '../../usage/coordinates.ts'

/** An applied directive. */
export interface Applied {
  /** Without `@`; for federation directives the name in the specification. */
  readonly name: string
  /** Printed values, by name. */
  readonly values: Readonly<Record<string, string>>
  readonly place: Place | undefined
}

export interface Element {
  readonly coordinate: string
  /** The kind of a type, or `FIELD`, `ARGUMENT`, `VALUE` or `SCHEMA`. */
  readonly kind: 'OBJECT' | 'INTERFACE' | 'OTHER' | 'FIELD' | 'ARGUMENT' | 'INPUT_FIELD' | 'VALUE' | 'SCHEMA'
  readonly place: Place | undefined
  readonly directives: readonly Applied[]
  /** Printed type of a field. */
  readonly type?: string | undefined
}

export interface ServiceElements {
  readonly service: string
  readonly file: string
  readonly elements: ReadonlyMap<string, Element>
}

const FEDERATION = 'https://specs.apollo.dev/federation'

/** @throws GraphQLError if it is not schema language */
export function readService({ name, sdl, file }: ServiceSchema): ServiceElements {
  const document = parse(new Source(sdl, file))
  const nameOf = canonicalNames(document)
  const elements = new Map<string, Element>()
  const add = (
    coordinate: string,
    kind: Element['kind'],
    node: Parameters<typeof placeOf>[0] & {
      readonly directives?: readonly ConstDirectiveNode[] | undefined
      readonly type?: TypeNode
    },
  ): void => {
    const before = elements.get(coordinate) // of an extended type
    const directives = (node.directives ?? []).map((directive) => appliedOf(directive, nameOf))
    elements.set(coordinate, {
      coordinate,
      kind,
      place: before?.place ?? placeOf(node),
      directives: [...(before?.directives ?? []), ...directives],
      type: node.type && print(node.type),
    })
  }
  for (const definition of document.definitions) {
    switch (definition.kind) {
      case Kind.SCHEMA_DEFINITION:
      case Kind.SCHEMA_EXTENSION:
        add('schema', 'SCHEMA', definition)
        break
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.OBJECT_TYPE_EXTENSION:
      case Kind.INTERFACE_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_EXTENSION: {
        const type = definition.name.value
        add(type, definition.kind.startsWith('Object') ? 'OBJECT' : 'INTERFACE', definition)
        for (const field of definition.fields ?? []) {
          const coordinate = fieldOf(type, field.name.value)
          add(coordinate, 'FIELD', field)
          for (const argument of field.arguments ?? [])
            add(argumentOf(coordinate, argument.name.value), 'ARGUMENT', argument)
        }
        break
      }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      case Kind.INPUT_OBJECT_TYPE_EXTENSION:
        add(definition.name.value, 'OTHER', definition)
        for (const field of definition.fields ?? [])
          add(fieldOf(definition.name.value, field.name.value), 'INPUT_FIELD', field)
        break
      case Kind.ENUM_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_EXTENSION:
        add(definition.name.value, 'OTHER', definition)
        for (const value of definition.values ?? [])
          add(fieldOf(definition.name.value, value.name.value), 'VALUE', value)
        break
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.SCALAR_TYPE_EXTENSION:
      case Kind.UNION_TYPE_DEFINITION:
      case Kind.UNION_TYPE_EXTENSION:
        add(definition.name.value, 'OTHER', definition)
        break
      case Kind.DIRECTIVE_DEFINITION:
        add(`@${definition.name.value}`, 'OTHER', definition)
        break
    }
  }
  return { service: name, file, elements }
}

/** `@federation__key`, and `@key` under another name, are `key`. */
function canonicalNames(document: DocumentNode): (used: string) => string {
  const links = readLinks(document)
  const known = new Map<string, string>()
  for (const link of links)
    for (const own of link.identity === FEDERATION ? NAMES : [link.name]) known.set(link.called(own), own)
  return (used) => known.get(used) ?? used
}

const NAMES = [
  'key',
  'requires',
  'provides',
  'external',
  'shareable',
  'override',
  'inaccessible',
  'tag',
  'interfaceObject',
  'authenticated',
  'requiresScopes',
  'policy',
  'cost',
  'listSize',
  'extends',
  'composeDirective',
  'context',
  'fromContext',
  'cacheTag',
]

const appliedOf = (directive: ConstDirectiveNode, nameOf: (used: string) => string): Applied => ({
  name: nameOf(directive.name.value),
  values: Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, print(value)])),
  place: placeOf(directive),
})
