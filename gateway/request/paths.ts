/** Paths of the public port that several modules know. */

/** The path of operations, with or without a trailing slash. */
export const isOperationPath = (path: string): boolean => path === '/graphql' || path === '/graphql/'
