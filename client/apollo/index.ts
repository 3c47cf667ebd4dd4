/** For Apollo Client 4: a link, and the facts about the schema that its cache needs. */
export { cacheOptions } from './cache.ts'
export { tributaryLink } from './link.ts'
