/**
 * Reads MET Norway's time series into hours and days. Nothing is taken on trust: what is not in the
 * documented shape is a fault.
 */
import { z } from 'zod'
import { type DayFigures, type Figures, type HourFigures, type Place, ProviderFault } from '../model/provider.ts'
import { addDays, HOUR, localDate, startOfDay } from '../model/time.ts'
import { codeOfSymbol } from './met-norway-symbols.ts'

const period = z
  .object({
    summary: z.object({ symbol_code: z.string() }).optional(),
    details: z.object({ precipitation_amount: z.number().optional() }).optional(),
  })
  .optional()

/** https://api.met.no/doc/ForecastJSON */
const answer = z.object({
  properties: z.object({
    meta: z.object({ updated_at: z.iso.datetime({ offset: true }), units: z.record(z.string(), z.string()) }),
    timeseries: z
      .array(
        z.object({
          time: z.iso.datetime({ offset: true }),
          data: z.object({
            instant: z.object({
              details: z.object({
                air_temperature: z.number().optional(),
                wind_speed: z.number().optional(),
                wind_from_direction: z.number().optional(),
                relative_humidity: z.number().optional(),
                air_pressure_at_sea_level: z.number().optional(),
                cloud_area_fraction: z.number().optional(),
              }),
            }),
            next_1_hours: period,
            next_6_hours: period,
          }),
        }),
      )
      .min(1),
  }),
})
type Step = z.output<typeof answer>['properties']['timeseries'][number]

/** Figures in another unit than these would be wrong without looking wrong. */
const UNITS = {
  air_temperature: 'celsius',
  wind_speed: 'm/s',
  wind_from_direction: 'degrees',
  relative_humidity: '%',
  air_pressure_at_sea_level: 'hPa',
  cloud_area_fraction: '%',
  precipitation_amount: 'mm',
}

/** @throws ProviderFault naming what is missing or wrong */
export function readSeries(body: unknown, { timeZone }: Place, now: number): { figures: Figures; issuedAt: number } {
  const parsed = answer.safeParse(body)
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error))
  const { meta, timeseries } = parsed.data.properties
  for (const [name, unit] of Object.entries(UNITS)) {
    const stated = meta.units[name]
    if (stated !== undefined && stated !== unit) throw malformed(`"${name}" comes in ${stated}, not in ${unit}`)
  }
  return {
    figures: {
      // After two or three days there is only every sixth hour; those are left out.
      hourly: timeseries.filter(({ data }) => data.next_1_hours).map(hourOf),
      daily: daysOf(timeseries, timeZone, now),
    },
    issuedAt: Date.parse(meta.updated_at),
  }
}

const METRES_PER_SECOND = 3.6 // km/h

function hourOf({ time, data: { instant, next_1_hours } }: Step): HourFigures {
  const { details } = instant
  const symbol = next_1_hours?.summary?.symbol_code
  return {
    time: Date.parse(time),
    temperature: details.air_temperature ?? null,
    apparentTemperature: null,
    humidity: details.relative_humidity ?? null,
    precipitation: next_1_hours?.details?.precipitation_amount ?? null,
    precipitationProbability: null,
    cloudCover: details.cloud_area_fraction ?? null,
    pressure: details.air_pressure_at_sea_level ?? null,
    windSpeed: details.wind_speed === undefined ? null : details.wind_speed * METRES_PER_SECOND,
    windDirection: details.wind_from_direction ?? null,
    windGusts: null,
    weatherCode: codeOfSymbol(symbol),
    isDay: symbol?.endsWith('_day') ? true : symbol?.endsWith('_night') ? false : null,
  }
}

/** The days the series covers to their end; of today, what is left of it. */
function daysOf(timeseries: readonly Step[], timeZone: string, now: number): DayFigures[] {
  const steps = timeseries
    .map((step) => ({ ...step, start: Date.parse(step.time) }))
    .filter(({ start }) => start > now - HOUR)
  const end = steps.at(-1)?.start ?? 0
  const byDate = Map.groupBy(steps, ({ start }) => localDate(timeZone, start))
  return [...byDate].flatMap(([date, day]) => (startOfDay(timeZone, addDays(date, 1)) <= end ? [dayOf(date, day)] : []))
}

function dayOf(date: string, steps: readonly (Step & { readonly start: number })[]): DayFigures {
  const temperatures = steps.flatMap(({ data }) => data.instant.details.air_temperature ?? [])
  const winds = steps.flatMap(({ data }) => data.instant.details.wind_speed ?? [])
  const strongest = steps.find(({ data }) => data.instant.details.wind_speed === Math.max(...winds))
  const periods = steps.map(({ data }) => data.next_1_hours ?? data.next_6_hours)
  const amounts = periods.flatMap((each) => each?.details?.precipitation_amount ?? [])
  const codes = periods.flatMap((each) => codeOfSymbol(each?.summary?.symbol_code) ?? [])
  return {
    date,
    temperatureMax: temperatures.length > 0 ? Math.max(...temperatures) : null,
    temperatureMin: temperatures.length > 0 ? Math.min(...temperatures) : null,
    precipitationSum: amounts.length > 0 ? amounts.reduce((sum, amount) => sum + amount, 0) : null,
    precipitationProbability: null,
    windSpeedMax: winds.length > 0 ? Math.max(...winds) * METRES_PER_SECOND : null,
    windGustsMax: null,
    windDirection: strongest?.data.instant.details.wind_from_direction ?? null,
    uvIndexMax: null,
    sunshineDuration: null,
    weatherCode: codes.length > 0 ? Math.max(...codes) : null,
  }
}

const malformed = (detail: string): ProviderFault => new ProviderFault(`met-norway sent a malformed answer: ${detail}`)
