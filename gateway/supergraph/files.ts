/** The paths of the composed files. */
export const files = {
  supergraph: new URL('../supergraph.graphql', import.meta.url),
  schema: new URL('../schema.graphql', import.meta.url),
} as const
