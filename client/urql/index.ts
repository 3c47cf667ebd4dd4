/** For urql: its exchanges, and the facts about the schema that Graphcache needs. */
export { graphcacheOptions } from './cache.ts'
export { tributaryExchanges } from './exchange.ts'
