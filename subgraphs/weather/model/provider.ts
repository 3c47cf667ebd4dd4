/**
 * The interface of a weather provider. Each figure has one unit for all providers; a figure that a
 * provider lacks is `null`.
 */

/** A place, which providers get instead of a city. */
export interface Place {
  /** Degrees north. */
  readonly latitude: number
  /** Degrees east. */
  readonly longitude: number
  /** Metres above the sea, where known. */
  readonly elevation: number | undefined
  /** IANA name; decides where a day begins. */
  readonly timeZone: string
}

/** A question about one place. */
export type Question =
  | { readonly about: 'current'; readonly place: Place }
  /** Starts at the present hour. */
  | { readonly about: 'hourly'; readonly place: Place; readonly hours: number }
  /** Dates in the time zone of the place, both included. */
  | { readonly about: 'daily'; readonly place: Place; readonly from: string; readonly to: string }
  | { readonly about: 'air'; readonly place: Place }

/** The weather of an hour, or of the moment. */
export interface HourFigures {
  /** Unix milliseconds. */
  readonly time: number
  /** °C, 2 m above ground. */
  readonly temperature: number | null
  /** °C */
  readonly apparentTemperature: number | null
  /** %, 0 to 100. */
  readonly humidity: number | null
  /** mm; in the hour before `time` for the moment and for measured hours. */
  readonly precipitation: number | null
  /** %, 0 to 100. */
  readonly precipitationProbability: number | null
  /** %, 0 to 100. */
  readonly cloudCover: number | null
  /** hPa, reduced to sea level. */
  readonly pressure: number | null
  /** km/h, 10 m above ground. */
  readonly windSpeed: number | null
  /** Degrees the wind comes from. */
  readonly windDirection: number | null
  /** km/h */
  readonly windGusts: number | null
  /** WMO weather interpretation code (WW). */
  readonly weatherCode: number | null
  readonly isDay: boolean | null
}

/** The weather of a day in the time zone of the place. */
export interface DayFigures {
  readonly date: string
  /** °C */
  readonly temperatureMax: number | null
  /** °C */
  readonly temperatureMin: number | null
  /** mm */
  readonly precipitationSum: number | null
  /** %, 0 to 100. */
  readonly precipitationProbability: number | null
  /** km/h */
  readonly windSpeedMax: number | null
  /** km/h */
  readonly windGustsMax: number | null
  /** Degrees the wind mostly comes from. */
  readonly windDirection: number | null
  readonly uvIndexMax: number | null
  /** Seconds. */
  readonly sunshineDuration: number | null
  readonly weatherCode: number | null
}

/** Air quality of the moment; concentrations in µg/m³. */
interface AirFigures {
  readonly time: number
  readonly pm10: number | null
  readonly pm2_5: number | null
  readonly ozone: number | null
  readonly nitrogenDioxide: number | null
  readonly europeanAqi: number | null
  readonly usAqi: number | null
  readonly uvIndex: number | null
}

/** The requested figures, and perhaps more. */
export interface Figures {
  readonly current?: HourFigures
  readonly hourly?: readonly HourFigures[]
  readonly daily?: readonly DayFigures[]
  readonly air?: AirFigures
}

export type WeatherKind = 'OBSERVED' | 'FORECAST' | 'ESTIMATE'

/** Figures with their source. */
export interface Answer {
  readonly provider: string
  readonly kind: WeatherKind
  /** When the provider issued them, Unix milliseconds. */
  readonly issuedAt: number
  /** How long they may be kept, Unix milliseconds. */
  readonly validUntil: number
  /** The attribution that the licence of the data requires. */
  readonly attribution: string
  readonly figures: Figures
}

export interface Provider {
  readonly name: string
  /**
   * Resolves to `undefined` if this provider never has such figures.
   * @param now Unix milliseconds, the moment the client's request came in
   * @throws ProviderFault when it should have them and does not
   */
  answer(question: Question, now: number): Promise<Answer | undefined>
}

/** Why a provider has no answer now. The message goes to the log, never to a client. */
export class ProviderFault extends Error {
  /** Seconds after which a retry makes sense, if known. */
  readonly retryAfter: number | undefined

  constructor(message: string, retryAfter?: number) {
    super(message)
    this.name = 'ProviderFault'
    this.retryAfter = retryAfter
  }
}

export const isFault = (outcome: unknown): outcome is ProviderFault => outcome instanceof ProviderFault

/** Returns a caught `ProviderFault`; rethrows anything else, which is a bug of ours. */
export function asFault(error: unknown): ProviderFault {
  if (isFault(error)) return error
  throw error
}
