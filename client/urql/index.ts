/** For urql: its exchanges, and what Graphcache has to know of the schema. */
export { graphcacheOptions } from './cache.ts'
export { tributaryExchanges } from './exchange.ts'
