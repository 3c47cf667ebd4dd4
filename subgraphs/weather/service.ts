/** The weather service as `serve.ts` runs it: its settings, and how its parts are put together. Keeps nothing that another instance could not rebuild. */
import { z } from 'zod'
import type { Logger } from '../../gateway/process/log.ts'
import { commaList, httpUrl } from '../../gateway/process/settings.ts'
import type { ServiceDefinition } from '../serve.ts'
import { openGazetteer } from './gazetteer/gazetteer.ts'
import { createAlmanac } from './providers/almanac.ts'
import { chainOf } from './providers/chain.ts'
import { openMeteo } from './providers/open-meteo.ts'
import type { Provider } from './providers/provider.ts'
import { createResolvers, type WeatherContext } from './resolvers.ts'
import { DEADLINE, remoteProvider } from './upstream/remote.ts'
import { memoryStore } from './upstream/store.ts'

const PROVIDERS = ['almanac', 'open-meteo'] as const

export const weatherSettings = {
  WEATHER_PROVIDER: commaList(z.enum(PROVIDERS, { error: `must list some of ${PROVIDERS.join(', ')}` })).default([
    'almanac',
  ]),
  OPEN_METEO_URL: httpUrl.optional(),
  OPEN_METEO_KEY: z.string().optional(),
}

type Settings = Readonly<z.output<z.ZodObject<typeof weatherSettings>>>

export const weatherService: ServiceDefinition<typeof weatherSettings, WeatherContext> = {
  name: 'weather',
  kind: 'stateless',
  schema: new URL('schema.graphql', import.meta.url),
  settings: weatherSettings,
  async create(settings, log) {
    const store = memoryStore()
    const make = providersBy(settings, { store, log })
    const provider = chainOf(settings.WEATHER_PROVIDER.map((name) => make[name]()))
    return {
      resolvers: createResolvers(openGazetteer(), provider),
      context: () => ({ now: Date.now() }),
      close: () => store.close(),
    }
  },
}

/** Every provider by the name it has in the settings: the one place to add one. */
const providersBy = (
  settings: Settings,
  parts: { readonly store: ReturnType<typeof memoryStore>; readonly log: Logger },
): Readonly<Record<(typeof PROVIDERS)[number], () => Provider>> => ({
  almanac: createAlmanac,
  'open-meteo': () =>
    remoteProvider(
      openMeteo({ url: settings.OPEN_METEO_URL, apiKey: settings.OPEN_METEO_KEY, deadline: DEADLINE }),
      parts,
    ),
})
