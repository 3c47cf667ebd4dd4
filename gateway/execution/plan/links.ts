/** Reads the specifications that a supergraph uses: its `@link`s, or the `@core`s of older ones. */
import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, Kind } from 'graphql'
import { argumentOf, itemsOf, textOf } from './field-sets.ts'

export interface Link {
  /** The specification without its version, such as `https://specs.apollo.dev/join`. */
  readonly identity: string
  /** The last part of the identity, such as `join`. */
  readonly name: string
  /** `SECURITY` and `EXECUTION` mean that the supergraph cannot be served without it. */
  readonly purpose: string | undefined
  /**
   * The name of the specification's directive in this supergraph. @param directive without its `@`
   */
  called(directive: string): string
  /** Whether a directive of this supergraph belongs to the specification. */
  owns(directive: string): boolean
}

export function readLinks({ definitions }: DocumentNode): readonly Link[] {
  const schema = definitions.filter(({ kind }) => kind === Kind.SCHEMA_DEFINITION || kind === Kind.SCHEMA_EXTENSION)
  const directives = schema.flatMap((node) => ('directives' in node ? (node.directives ?? []) : []))
  return directives.flatMap((directive) => readLink(directive as ConstDirectiveNode) ?? [])
}

/** Recognized by its arguments: the directive itself may have another name. */
function readLink(directive: ConstDirectiveNode): Link | undefined {
  const url = textOf(directive, 'url') ?? textOf(directive, 'feature')
  if (url === undefined) return undefined
  const identity = url.replace(/\/(v\d+\.\d+\/?)?$/, '')
  const name = identity.slice(identity.lastIndexOf('/') + 1)
  const prefix = textOf(directive, 'as') ?? name
  const imports = itemsOf(argumentOf(directive, 'import')) as readonly ConstValueNode[]
  const imported = new Map(imports.flatMap(readImport))
  const ownNames = new Set([...imported.values(), prefix])
  return {
    identity,
    name,
    purpose: textOf(directive, 'for'),
    // Directives that are not imported are prefixed with the link's name; the one named like the
    // specification has just that name.
    called: (own) => imported.get(own) ?? (own === name ? prefix : `${prefix}__${own}`),
    owns: (used) => ownNames.has(used) || used.startsWith(`${prefix}__`),
  }
}

/** `"@cost"`, or `{name: "@cost", as: "@weight"}`. */
function readImport(value: ConstValueNode): [string, string][] {
  const text = (node: ConstValueNode | undefined) => (node?.kind === Kind.STRING ? node.value : undefined)
  const entry = (key: string): string | undefined =>
    value.kind === Kind.OBJECT ? text(value.fields.find(({ name }) => name.value === key)?.value) : text(value)
  const [name, as] = [entry('name'), entry('as') ?? entry('name')]
  return name?.startsWith('@') && as !== undefined ? [[name.slice(1), as.replace(/^@/, '')]] : []
}
