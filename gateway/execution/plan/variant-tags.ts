/** Reads the tags of a supergraph's elements. Reads syntax only. */
import { type ConstDirectiveNode, type DirectiveNode, type DocumentNode, Kind } from 'graphql'
import { textOf } from './field-sets.ts'
import { readLinks } from './links.ts'

/** Keyed by `Type`, `Type.member` and `Type.field(argument:)`; elements without tags are absent. */
export type Tags = ReadonlyMap<string, ReadonlySet<string>>

const TAG = 'https://specs.apollo.dev/tag'

interface Tagged {
  readonly directives?: readonly DirectiveNode[] | undefined
}

export function readTags(supergraph: DocumentNode): Tags {
  const tags = new Map<string, ReadonlySet<string>>()
  const called = readLinks(supergraph)
    .find(({ identity }) => identity === TAG)
    ?.called('tag')
  if (called === undefined) return tags
  const read = (coordinate: string, { directives = [] }: Tagged): void => {
    const own = directives.flatMap((directive) =>
      directive.name.value === called ? (textOf(directive as ConstDirectiveNode, 'name') ?? []) : [],
    )
    if (own.length > 0) tags.set(coordinate, new Set(own))
  }
  for (const type of supergraph.definitions) {
    if (!('name' in type) || !type.name || type.kind === Kind.DIRECTIVE_DEFINITION) continue
    const { value: name } = type.name
    read(name, type)
    for (const member of ('fields' in type && type.fields) || ('values' in type && type.values) || []) {
      const coordinate = `${name}.${member.name.value}`
      read(coordinate, member)
      for (const argument of ('arguments' in member && member.arguments) || [])
        read(`${coordinate}(${argument.name.value}:)`, argument)
    }
  }
  return tags
}
