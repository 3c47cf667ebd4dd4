/**
 * Reads one place's part of an Open-Meteo answer. Nothing is taken on trust: what is not in the
 * documented shape is a fault.
 */
import { z } from 'zod'
import { type Figures, ProviderFault } from '../model/provider.ts'
import { AIR, ARCHIVE, CURRENT, DAILY, type Field, HOURLY } from './open-meteo-fields.ts'

const units = z.record(z.string(), z.string()).optional()
const moment = z.looseObject({ time: z.string(), interval: z.number().positive().optional() })
const series = z.looseObject({ time: z.array(z.string()) })
const figure = z.number().nullable()
const figures = z.array(figure)
const code = z.int().min(0).max(99).nullable()
const codes = z.array(code)

/** https://open-meteo.com/en/docs, "JSON return object". */
const placeAnswer = z.object({
  utc_offset_seconds: z.number().int().min(-86_400).max(86_400),
  current_units: units,
  current: moment.optional(),
  hourly_units: units,
  hourly: series.optional(),
  daily_units: units,
  daily: series.optional(),
})
type PlaceAnswer = z.output<typeof placeAnswer>

/** Blocks of an answer; each requested one must be present. */
export type BlockName = 'current' | 'hourly' | 'daily' | 'archive' | 'air'

export interface PlaceFigures {
  readonly figures: Figures
  /** Seconds the present moment was said to hold for. */
  readonly interval: number | undefined
}

/** @throws ProviderFault naming what is missing or wrong */
export function readPlace(answer: unknown, wanted: ReadonlySet<BlockName>): PlaceFigures {
  const parsed = placeAnswer.safeParse(answer)
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error))
  const place = parsed.data
  const read = [...wanted].map((name) => readers[name](place))
  return { figures: Object.assign({}, ...read) as Figures, interval: place.current?.interval }
}

const readers: Readonly<Record<BlockName, (place: PlaceAnswer) => Figures>> = {
  current: (place) => {
    const { isDay, ...row } = readMoment(place, CURRENT)
    return { current: { ...row, isDay: asBoolean(isDay), precipitationProbability: null } }
  },
  hourly: (place) => {
    const rows = readSeries(place.hourly, place.hourly_units, HOURLY)
    const hours = rows.map(({ time, isDay, ...row }) => ({
      ...row,
      time: instantOfLocal(time, place),
      isDay: asBoolean(isDay),
    }))
    return { hourly: hours }
  },
  daily: (place) => {
    const rows = readSeries(place.daily, place.daily_units, DAILY)
    return { daily: rows.map(({ time, ...row }) => ({ ...row, date: dateOfLocal(time) })) }
  },
  archive: (place) => {
    const rows = readSeries(place.daily, place.daily_units, ARCHIVE)
    return {
      daily: rows.map(({ time, ...row }) => ({
        ...row,
        date: dateOfLocal(time),
        precipitationProbability: null,
        uvIndexMax: null,
      })),
    }
  },
  air: (place) => ({ air: readMoment(place, AIR) }),
}

type Row<Name extends string, Time> = Record<Name, number | null> & { readonly time: Time }

function readMoment<Name extends string>(place: PlaceAnswer, fields: Readonly<Record<Name, Field>>): Row<Name, number> {
  const { current } = place
  if (!current) throw malformed('"current" is missing')
  const row = mapFields(fields, (one) => {
    checkUnit(place.current_units, one)
    const value = (one.isCode ? code : figure).safeParse(current[one.name])
    if (!value.success) throw malformed(`"current.${one.name}" is missing or not a ${one.isCode ? 'code' : 'number'}`)
    return value.data
  })
  return { ...row, time: instantOfLocal(current.time, place) }
}

function readSeries<Name extends string>(
  block: PlaceAnswer['hourly'],
  stated: PlaceAnswer['hourly_units'],
  fields: Readonly<Record<Name, Field>>,
): Row<Name, string>[] {
  if (!block) throw malformed('a block that was asked for is missing')
  const columns = mapFields(fields, (one) => {
    checkUnit(stated, one)
    const column = (one.isCode ? codes : figures).safeParse(block[one.name])
    if (!column.success || column.data.length !== block.time.length) {
      throw malformed(`"${one.name}" is missing, not parallel to "time", or holds what it cannot`)
    }
    return column.data
  })
  return block.time.map((time, index) => ({ ...mapFields(columns, (column) => column[index] ?? null), time }))
}

const mapFields = <Name extends string, Value, Result>(
  table: Readonly<Record<Name, Value>>,
  map: (value: Value) => Result,
): Record<Name, Result> =>
  Object.fromEntries(Object.entries<Value>(table).map(([name, value]) => [name, map(value)])) as Record<Name, Result>

const LONGEST_UNIT = 16 // characters

/** Figures in another unit than they were asked in would be wrong without looking wrong. */
function checkUnit(stated: Readonly<Record<string, string>> | undefined, { name, unit }: Field): void {
  const given = stated?.[name]
  if (unit === undefined || given === undefined) return
  // µ is two characters of Unicode that look the same. A long text is no unit, and takes the square
  // of its length to normalize.
  const isSame = given.length <= LONGEST_UNIT && given.normalize('NFKC') === unit.normalize('NFKC')
  if (!isSame) throw malformed(`"${name}" comes in ${given.slice(0, LONGEST_UNIT)}, not in ${unit}`)
}

/** Local times carry no offset: it is stated once for the whole answer. */
function instantOfLocal(local: string, { utc_offset_seconds }: PlaceAnswer): number {
  const wall = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(local) ? Date.parse(`${local}Z`) : Number.NaN
  if (Number.isNaN(wall)) throw malformed(`"${local}" is not a local time`)
  return wall - utc_offset_seconds * 1000
}

function dateOfLocal(time: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(time)) throw malformed(`"${time}" is not a date`)
  return time
}

const asBoolean = (flag: number | null): boolean | null => (flag === null ? null : flag !== 0)

const malformed = (detail: string): ProviderFault => new ProviderFault(`open-meteo sent a malformed answer: ${detail}`)
