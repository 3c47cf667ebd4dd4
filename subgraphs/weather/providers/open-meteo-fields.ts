/**
 * Open-Meteo's names for our figures, with the unit each must come in: one list drives the request,
 * the check and the reading.
 */

export interface Field {
  /** The API's name. */
  readonly name: string
  /** The unit that the answer's `_units` must state; `undefined` for codes and indices. */
  readonly unit: string | undefined
  /** A code of the WMO, which is a whole number. */
  readonly isCode?: true
}

const field = (name: string, unit?: string): Field => ({ name, unit })
const weatherCode: Field = { name: 'weather_code', unit: undefined, isCode: true }

export const CURRENT = {
  temperature: field('temperature_2m', '°C'),
  apparentTemperature: field('apparent_temperature', '°C'),
  humidity: field('relative_humidity_2m', '%'),
  precipitation: field('precipitation', 'mm'),
  cloudCover: field('cloud_cover', '%'),
  pressure: field('pressure_msl', 'hPa'),
  windSpeed: field('wind_speed_10m', 'km/h'),
  windDirection: field('wind_direction_10m', '°'),
  windGusts: field('wind_gusts_10m', 'km/h'),
  weatherCode,
  isDay: field('is_day'),
}

export const HOURLY = { ...CURRENT, precipitationProbability: field('precipitation_probability', '%') }

/**
 * The archive knows what was, so it has neither probabilities nor an index of what the sun may do.
 */
export const ARCHIVE = {
  temperatureMax: field('temperature_2m_max', '°C'),
  temperatureMin: field('temperature_2m_min', '°C'),
  precipitationSum: field('precipitation_sum', 'mm'),
  windSpeedMax: field('wind_speed_10m_max', 'km/h'),
  windGustsMax: field('wind_gusts_10m_max', 'km/h'),
  windDirection: field('wind_direction_10m_dominant', '°'),
  sunshineDuration: field('sunshine_duration', 's'),
  weatherCode,
}

export const DAILY = {
  ...ARCHIVE,
  precipitationProbability: field('precipitation_probability_max', '%'),
  uvIndexMax: field('uv_index_max'),
}

export const AIR = {
  pm10: field('pm10', 'μg/m³'),
  pm2_5: field('pm2_5', 'μg/m³'),
  ozone: field('ozone', 'μg/m³'),
  nitrogenDioxide: field('nitrogen_dioxide', 'μg/m³'),
  europeanAqi: field('european_aqi'),
  usAqi: field('us_aqi'),
  uvIndex: field('uv_index'),
}

type FieldTable = Readonly<Record<string, Field>>

/** The names to ask for, as the API's comma list. */
export const namesOf = (fields: FieldTable): string =>
  Object.values(fields)
    .map(({ name }) => name)
    .join(',')
