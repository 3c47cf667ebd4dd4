/**
 * The weather service as `serve.ts` runs it: its settings, and how its parts are put together.
 * Keeps nothing that another instance could not rebuild.
 */
import type { z } from 'zod'
import type { ServiceDefinition } from '../shared/service.ts'
import { type ProviderName, weatherSettings } from './config.ts'
import { openGazetteer } from './gazetteer/gazetteer.ts'
import type { Provider } from './model/provider.ts'
import { createAlmanac } from './providers/almanac.ts'
import { chainOf } from './providers/chain.ts'
import { metNorway } from './providers/met-norway.ts'
import { openMeteo } from './providers/open-meteo.ts'
import { createResolvers, type WeatherContext } from './resolvers/resolvers.ts'
import { openRedis } from './upstream/redis.ts'
import { DEADLINE, type RemoteOptions, remoteProvider } from './upstream/remote.ts'
import { memoryStore, sharedStore } from './upstream/store.ts'

type Settings = Readonly<z.output<z.ZodObject<typeof weatherSettings>>>

/** Every provider by its name in the settings: the one place to add one. */
const makers: Readonly<Record<ProviderName, (settings: Settings, parts: RemoteOptions) => Provider>> = {
  almanac: () => createAlmanac(),
  'open-meteo': ({ OPEN_METEO_URL: url, OPEN_METEO_KEY: apiKey }, parts) =>
    remoteProvider(openMeteo({ url, apiKey, deadline: DEADLINE }), parts),
  'met-norway': ({ MET_NORWAY_URL: url, MET_NORWAY_CONTACT: contact }, parts) =>
    remoteProvider(metNorway({ url, contact, deadline: DEADLINE, log: parts.log }), parts),
}

export const weatherService: ServiceDefinition<typeof weatherSettings, WeatherContext> = {
  name: 'weather',
  kind: 'stateless',
  schema: new URL('schema.graphql', import.meta.url),
  settings: weatherSettings,
  async create(settings, log) {
    const redis = settings.REDIS_URL === undefined ? undefined : await openRedis(settings.REDIS_URL, log)
    const memory = memoryStore()
    const parts: RemoteOptions = { store: redis ? sharedStore(memory, redis) : memory, redis, log }
    const names = new Set(settings.WEATHER_PROVIDER)
    const provider = chainOf([...names].map((name) => makers[name](settings, parts)))
    return {
      resolvers: createResolvers(openGazetteer(), provider),
      context: () => ({ now: Date.now() }),
      close: async () => redis?.close(),
    }
  },
}
