/**
 * Sun and moon over a place on one of its days. Astronomy only: needs no provider and cannot fail.
 */
import { getMoonIllumination, getMoonTimes, getTimes } from 'suncalc' // BSD-2-Clause, no dependencies; Meeus' algorithms
import type { Place } from '../model/provider.ts'
import { addDays, DAY, dateOf, startOfDay } from '../model/time.ts'

/** Instants are Unix milliseconds; `null` if the event does not happen on that day. */
interface Sun {
  readonly date: string
  readonly sunrise: number | null
  readonly sunset: number | null
  readonly solarNoon: number
  /** Civil twilight, the sun 6° under the horizon. */
  readonly dawn: number | null
  readonly dusk: number | null
  /** Seconds between sunrise and sunset; 0 in polar night, 86,400 on a polar day. */
  readonly daylightDuration: number
}

export function sunOn({ latitude, longitude, timeZone }: Place, date: string): Sun {
  // The library gives the solar day whose noon is nearest: asked for a UTC date it would miss by a
  // day near the date line.
  const times = getTimes(new Date(startOfDay(timeZone, date) + DAY / 2), latitude, longitude)
  const sunrise = times.sunrise?.getTime() ?? null
  const sunset = times.sunset?.getTime() ?? null
  const allDay = times.alwaysUp ? DAY : 0
  return {
    date,
    sunrise,
    sunset,
    solarNoon: times.solarNoon.getTime(),
    dawn: times.dawn?.getTime() ?? null,
    dusk: times.dusk?.getTime() ?? null,
    daylightDuration: Math.round((sunrise !== null && sunset !== null ? sunset - sunrise : allDay) / 1000),
  }
}

const PHASES = [
  'NEW_MOON',
  'WAXING_CRESCENT',
  'FIRST_QUARTER',
  'WAXING_GIBBOUS',
  'FULL_MOON',
  'WANING_GIBBOUS',
  'LAST_QUARTER',
  'WANING_CRESCENT',
] as const

interface Moon {
  readonly date: string
  readonly moonrise: number | null
  readonly moonset: number | null
  readonly phase: (typeof PHASES)[number]
  /** The lit part of the disc, 0 to 1. */
  readonly illumination: number
}

export function moonOn({ latitude, longitude, timeZone }: Place, date: string): Moon {
  const start = startOfDay(timeZone, date)
  const end = startOfDay(timeZone, addDays(date, 1))
  // The library gives rise and set of a UTC day; a local day touches two of them.
  const days = [...new Set([dateOf(start), dateOf(end - 1)])].map((day) =>
    getMoonTimes(new Date(`${day}T12:00:00Z`), latitude, longitude),
  )
  const within = (event: 'rise' | 'set'): number | null =>
    days.flatMap((day) => day[event]?.getTime() ?? []).find((time) => time >= start && time < end) ?? null
  const { fraction, phase } = getMoonIllumination(new Date((start + end) / 2))
  return {
    date,
    moonrise: within('rise'),
    moonset: within('set'),
    phase: PHASES[Math.round(phase * PHASES.length) % PHASES.length] ?? 'NEW_MOON',
    illumination: Math.round(fraction * 1000) / 1000,
  }
}
