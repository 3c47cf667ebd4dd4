/** The use of one day as text, as in files and Redis. */
import { z } from 'zod'
import { type UseRecords, useRecords } from './records.ts'

const FORMAT = 'tributary-usage'

const schema = useRecords.extend({ format: z.literal(FORMAT), version: z.literal(1), day: z.iso.date() })

/** The use of one day (UTC). */
export interface DayOfUse extends UseRecords {
  readonly day: string
}

export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 'YYYY-MM-DD'.length)

export const textOfDay = (day: string, records: UseRecords): string =>
  JSON.stringify({ format: FORMAT, version: 1, day, ...records })

/** `undefined` for any other text, or a truncated one. */
export function parseDay(text: string): DayOfUse | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Parses days; skips invalid texts. */
export const parseDays = (texts: readonly string[]): readonly DayOfUse[] =>
  texts.flatMap((text) => parseDay(text) ?? [])
