/** The operations of `operations/`, as typed documents, with the types of their fragments. */
export * from './generated/graphql.ts'
