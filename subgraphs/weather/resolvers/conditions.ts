/**
 * WMO weather interpretation codes (WW, the subset weather models give): a name and words for each.
 */

interface Condition {
  readonly name: string
  readonly en: string
  readonly pt: string
}

const condition = (name: string, en: string, pt: string): Condition => ({ name, en, pt })

const CONDITIONS: ReadonlyMap<number, Condition> = new Map([
  [0, condition('CLEAR', 'Clear sky', 'Céu limpo')],
  [1, condition('MAINLY_CLEAR', 'Mainly clear', 'Céu pouco nublado')],
  [2, condition('PARTLY_CLOUDY', 'Partly cloudy', 'Céu parcialmente nublado')],
  [3, condition('OVERCAST', 'Overcast', 'Céu encoberto')],
  [45, condition('FOG', 'Fog', 'Nevoeiro')],
  [48, condition('RIME_FOG', 'Freezing fog', 'Nevoeiro gelado')],
  [51, condition('LIGHT_DRIZZLE', 'Light drizzle', 'Chuvisco fraco')],
  [53, condition('DRIZZLE', 'Drizzle', 'Chuvisco')],
  [55, condition('DENSE_DRIZZLE', 'Dense drizzle', 'Chuvisco forte')],
  [56, condition('LIGHT_FREEZING_DRIZZLE', 'Light freezing drizzle', 'Chuvisco gelado fraco')],
  [57, condition('DENSE_FREEZING_DRIZZLE', 'Dense freezing drizzle', 'Chuvisco gelado forte')],
  [61, condition('LIGHT_RAIN', 'Light rain', 'Chuva fraca')],
  [63, condition('RAIN', 'Rain', 'Chuva')],
  [65, condition('HEAVY_RAIN', 'Heavy rain', 'Chuva forte')],
  [66, condition('LIGHT_FREEZING_RAIN', 'Light freezing rain', 'Chuva gelada fraca')],
  [67, condition('HEAVY_FREEZING_RAIN', 'Heavy freezing rain', 'Chuva gelada forte')],
  [71, condition('LIGHT_SNOW', 'Light snow', 'Neve fraca')],
  [73, condition('SNOW', 'Snow', 'Neve')],
  [75, condition('HEAVY_SNOW', 'Heavy snow', 'Neve forte')],
  [77, condition('SNOW_GRAINS', 'Snow grains', 'Neve em grãos')],
  [80, condition('LIGHT_RAIN_SHOWERS', 'Light rain showers', 'Aguaceiros fracos')],
  [81, condition('RAIN_SHOWERS', 'Rain showers', 'Aguaceiros')],
  [82, condition('VIOLENT_RAIN_SHOWERS', 'Violent rain showers', 'Aguaceiros violentos')],
  [85, condition('LIGHT_SNOW_SHOWERS', 'Light snow showers', 'Aguaceiros de neve fracos')],
  [86, condition('HEAVY_SNOW_SHOWERS', 'Heavy snow showers', 'Aguaceiros de neve fortes')],
  [95, condition('THUNDERSTORM', 'Thunderstorm', 'Trovoada')],
  [96, condition('THUNDERSTORM_WITH_LIGHT_HAIL', 'Thunderstorm with light hail', 'Trovoada com granizo fraco')],
  [99, condition('THUNDERSTORM_WITH_HEAVY_HAIL', 'Thunderstorm with heavy hail', 'Trovoada com granizo forte')],
])

/** `null` for a code that is none of the list. */
export const conditionName = (code: number | null): string | null =>
  (code === null ? null : CONDITIONS.get(code)?.name) ?? null

/** @param locale BCP 47; its language decides, English if it has no words here */
export function conditionWords(code: number | null, locale: string): string | null {
  const words = code === null ? undefined : CONDITIONS.get(code)
  return words?.[locale.toLowerCase().split(/[-_]/)[0] === 'pt' ? 'pt' : 'en'] ?? null
}
