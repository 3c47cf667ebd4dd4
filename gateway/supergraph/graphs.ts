/** Reads which services a supergraph joins, and where it says they are. Reads text only; calls nobody. */
import { type DirectiveNode, Kind, parse } from 'graphql'

export interface Graph {
  readonly name: string
  /** Empty where the supergraph names no address. */
  readonly url: string
}

/**
 * The `@join__graph` of every value of `enum join__Graph`.
 * @throws GraphQLError where the text is no SDL
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
