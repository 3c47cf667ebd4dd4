/** For Apollo Client 4: a link, and what its cache has to know of the schema. */
export { cacheOptions } from './cache.ts'
export { tributaryLink } from './link.ts'
