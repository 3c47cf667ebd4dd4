/** The paths of the public port that more than one part of the gateway knows. */

/** Where operations are sent, with or without a slash at the end. */
export const isOperationPath = (path: string): boolean => path === '/graphql' || path === '/graphql/'
