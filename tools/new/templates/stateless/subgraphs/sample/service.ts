/**
 * The service `sample` as `serve.ts` runs it. STATELESS: answers depend only on the request and on
 * files that every instance has, so that any instance can answer.
 */
import type { ServiceDefinition } from '../shared/service.ts'
import { sampleSettings } from './config.ts'
import { resolvers } from './resolvers.ts'

export const sampleService: ServiceDefinition<typeof sampleSettings, object> = {
  name: 'sample',
  kind: 'stateless',
  schema: new URL('schema.graphql', import.meta.url),
  settings: sampleSettings,
  create: async () => ({ resolvers, context: () => ({}) }),
}
