/**
 * MET Norway's weather symbols (https://api.met.no/weatherapi/weathericon/2.0/documentation) as WMO
 * codes.
 */

const CODES: Readonly<Record<string, number>> = {
  clearsky: 0,
  fair: 1,
  partlycloudy: 2,
  cloudy: 3,
  fog: 45,
  lightrain: 61,
  rain: 63,
  heavyrain: 65,
  lightrainshowers: 80,
  rainshowers: 81,
  heavyrainshowers: 82,
  // Sleet, rain and snow together, has no code of its own: it is shown as snow.
  lightsleet: 71,
  sleet: 73,
  heavysleet: 75,
  lightsleetshowers: 85,
  sleetshowers: 85,
  heavysleetshowers: 86,
  lightsnow: 71,
  snow: 73,
  heavysnow: 75,
  lightsnowshowers: 85,
  snowshowers: 85,
  heavysnowshowers: 86,
}
const THUNDERSTORM = 95

/** `null` for no symbol, or one that is none of the list. */
export function codeOfSymbol(symbol: string | undefined): number | null {
  const name = symbol?.replace(/_(day|night|polartwilight)$/, '') ?? ''
  // Also the two that the service itself misspells: `lightssleetshowersandthunder`,
  // `lightssnowshowersandthunder`.
  if (name.endsWith('andthunder')) return THUNDERSTORM
  return (Object.hasOwn(CODES, name) ? CODES[name] : undefined) ?? null
}
