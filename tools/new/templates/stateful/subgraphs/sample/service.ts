/**
 * The service `sample` as `serve.ts` runs it. STATEFUL: its rows must never be lost, and belong to
 * the caller, whose token it verifies itself.
 */
import { createVerifier } from '../../platform/protocol/caller.ts'
import { identityFaults, trustedBy } from '../../platform/protocol/identity-settings.ts'
import { rememberVerified } from '../../platform/protocol/verified.ts'
import { explainOutage, serviceAdapter } from '../../prisma/service-database.ts'
import type { ServiceDefinition } from '../shared/service.ts'
import { sampleSettings } from './config.ts'
import { PrismaClient } from './prisma/generated/client.ts'
import { resolvers, type SampleContext } from './resolvers.ts'

export const sampleService: ServiceDefinition<typeof sampleSettings, SampleContext> = {
  name: 'sample',
  kind: 'stateful',
  schema: new URL('schema.graphql', import.meta.url),
  settings: sampleSettings,
  faults: (env) => identityFaults(env, { demo: true }),
  async create(settings) {
    const database = new PrismaClient({ adapter: serviceAdapter(settings.DATABASE_URL) })
    const { known, verify } = rememberVerified(await createVerifier(trustedBy(settings, settings.DATA_DIR)))
    return {
      resolvers,
      context: async ({ authorization }) => ({
        database,
        caller: known(authorization) ?? (await verify(authorization)),
      }),
      explain: explainOutage('sample'),
      store: 'PostgreSQL',
      async ready() {
        await database.$queryRaw`SELECT 1`
      },
      close: () => database.$disconnect(),
    }
  },
}
