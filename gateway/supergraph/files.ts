/** Where the composed files live, beside the gateway that reads them. */
export const files = {
  supergraph: new URL('../supergraph.graphql', import.meta.url),
  schema: new URL('../schema.graphql', import.meta.url),
} as const
