/**
 * MET Norway's documented answers: hours for two days, then every sixth hour up to nine days, with
 * `Expires` and `Last-Modified`.
 */
import { HOUR, rfc3339 } from '../../../../subgraphs/weather/model/time.ts'
import { type Stub, type StubAnswer, type StubCall, startStub } from './stub.ts'

export const UPDATED_AT = '2026-06-01T09:14:07Z'
export const LAST_MODIFIED = 'Mon, 01 Jun 2026 09:20:00 GMT'

/** @param expiresIn milliseconds */
export const startMetNorway = (expiresIn: () => number = () => 60_000): Promise<Stub> =>
  startStub((call) => metNorwayAnswer(call, expiresIn()))

function metNorwayAnswer({ query, headers }: StubCall, expiresIn: number): StubAnswer {
  const expires = new Date(Date.now() + expiresIn).toUTCString()
  if (headers['if-modified-since'] === LAST_MODIFIED) return { status: 304, headers: { expires } }
  const start = Math.floor(Date.now() / HOUR) * HOUR
  const hours = [
    ...Array.from({ length: 48 }, (_, step) => step),
    ...Array.from({ length: 29 }, (_, step) => 48 + step * 6),
  ]
  return {
    headers: { expires, 'last-modified': LAST_MODIFIED },
    body: {
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [Number(query.get('lon')), Number(query.get('lat')), 5] },
      properties: {
        meta: {
          updated_at: UPDATED_AT,
          units: {
            air_pressure_at_sea_level: 'hPa',
            air_temperature: 'celsius',
            cloud_area_fraction: '%',
            precipitation_amount: 'mm',
            relative_humidity: '%',
            wind_from_direction: 'degrees',
            wind_speed: 'm/s',
          },
        },
        timeseries: hours.map((hour) => ({
          time: rfc3339(start + hour * HOUR),
          data: {
            instant: {
              details: {
                air_pressure_at_sea_level: 1013.2,
                air_temperature: Number(query.get('lat')),
                cloud_area_fraction: 75,
                relative_humidity: 60,
                wind_from_direction: 210,
                wind_speed: 10,
              },
            },
            ...(hour < 48 && {
              next_1_hours: {
                summary: { symbol_code: 'lightrainshowers_day' },
                details: { precipitation_amount: 0.5 },
              },
            }),
            next_6_hours: { summary: { symbol_code: 'rain' }, details: { precipitation_amount: 3 } },
          },
        })),
      },
    },
  }
}
