/** The paths of the composed files, and of what they are composed from. */
export const files = {
  supergraph: new URL('../supergraph.graphql', import.meta.url),
  schema: new URL('../schema.graphql', import.meta.url),
} as const

/** The SDL file of a service. */
export const subgraphFile = (name: string): URL =>
  new URL(`../../subgraphs/${encodeURIComponent(name)}/schema.graphql`, import.meta.url)
