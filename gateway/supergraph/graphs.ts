/** Reads the services that a supergraph joins, with their addresses, from its text. */
import { type DirectiveNode, Kind, parse } from 'graphql'

export interface Graph {
  readonly name: string
  /** Empty if the supergraph names none. */
  readonly url: string
}

/**
 * Reads `@join__graph` of each value of `enum join__Graph`.
 * @throws GraphQLError if the text is not SDL
 */
export function readGraphs(supergraph: string): readonly Graph[] {
  const { definitions } = parse(supergraph, { noLocation: true })
  return definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph'
      ? (definition.values ?? []).flatMap(({ directives }) =>
          (directives ?? [])
            .filter((directive) => directive.name.value === 'join__graph')
            .map((directive) => ({ name: textOf(directive, 'name'), url: textOf(directive, 'url') })),
        )
      : [],
  )
}

function textOf(directive: DirectiveNode, argument: string): string {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value
  return value?.kind === Kind.STRING ? value.value : ''
}
