/** The settings of the weather service, beside those that every service has. */
import { hostname } from 'node:os'
import { z } from 'zod'
import { commaList, httpUrl, redisUrl } from '../../platform/process/settings.ts'

const PROVIDERS = ['almanac', 'open-meteo', 'met-norway'] as const
export type ProviderName = (typeof PROVIDERS)[number]

export const weatherSettings = {
  WEATHER_PROVIDER: commaList(z.enum(PROVIDERS, { error: `must list some of ${PROVIDERS.join(', ')}` })).default([
    'almanac',
  ]),
  /** Replaces the origin of all Open-Meteo hosts. */
  OPEN_METEO_URL: httpUrl.optional(),
  /** API key of a paid plan; the free service is for non-commercial use. */
  OPEN_METEO_KEY: z.string().optional(),
  /** Replaces the origin of MET Norway's host. */
  MET_NORWAY_URL: httpUrl.optional(),
  /** How MET Norway can reach who runs this: its terms ask for an e-mail address or a page. */
  MET_NORWAY_CONTACT: z.string().default(`postmaster@${hostname()}`),
  REDIS_URL: redisUrl.optional(),
} as const
