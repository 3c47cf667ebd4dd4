/**
 * The registry of the product's services. A service's kind alone decides how its traffic is
 * treated.
 */
import { type ServiceDefinition, stateful, stateless } from './traffic/call/kind.ts'

/** Addresses come from `<NAME>_URL`, the schema from `subgraphs/<name>/schema.graphql`. */
export const services: readonly ServiceDefinition[] = [
  stateful('banking', { paths: ['/downloads/'] }),
  stateless('weather'),
  stateless('content', { paths: ['/assets/'] }),
]

/** The setting that holds a service's addresses, for example `BANKING_URL`. */
export const addressSetting = (name: string): string => `${name.toUpperCase().replaceAll('-', '_')}_URL`
