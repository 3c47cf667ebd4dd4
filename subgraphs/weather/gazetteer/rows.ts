/**
 * The gazetteer's file in memory: one buffer of text and the starts of its lines. A city becomes an
 * object only when it is requested.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { fold } from './fold.ts'

/** One city of GeoNames. */
export interface City {
  /** GeoNames id. */
  readonly id: string
  readonly name: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** Degrees north. */
  readonly latitude: number
  /** Degrees east. */
  readonly longitude: number
  /** Metres above the sea, where known. */
  readonly elevation: number | undefined
  readonly population: number
  /** IANA name. */
  readonly timeZone: string
}

interface CityRows {
  /** How many; rows are numbered from 0, the most populous first. */
  readonly size: number
  at(row: number): City
  /** How many names there are to search in; a city whose ASCII name differs has two. */
  readonly names: number
  /** The name of a rank, folded; ranks order all names. */
  nameAt(rank: number): string
  rowOfName(rank: number): number
}

const NEWLINE = 10

/** The columns of a line. */
type Columns = [string, string, string, string, string, string, string, string, string, string]

/** Reads the file that `build.ts` wrote: a line of time zones, then a city a line. */
export function readRows(file: URL): CityRows {
  const text = gunzipSync(readFileSync(file))
  const headEnd = text.indexOf(NEWLINE)
  const zones = text.toString('utf8', 0, headEnd).split('\t')
  const starts: number[] = []
  for (let start = headEnd + 1; start < text.length; start = text.indexOf(NEWLINE, start) + 1) starts.push(start)
  const lineStarts = Uint32Array.from([...starts, text.length])
  const size = starts.length
  const columns = (row: number): Columns =>
    text.toString('utf8', lineStarts[row], (lineStarts[row + 1] ?? 0) - 1).split('\t') as Columns

  const rowOfRank: number[] = []
  for (let row = 0; row < size; row++) {
    for (const [which, rank] of ranksOf(text, (lineStarts[row + 1] ?? 0) - 1).entries())
      rowOfRank[rank] = row * 2 + which
  }
  const rowAndName = Uint32Array.from(rowOfRank)

  return {
    size,
    at(row) {
      const [id, name, , country, latitude, longitude, elevation, population, zone] = columns(row)
      return {
        id,
        name,
        country,
        latitude: Number(latitude),
        longitude: Number(longitude),
        elevation: elevation === '' ? undefined : Number(elevation),
        population: Number(population),
        timeZone: zones[Number(zone)] ?? 'UTC',
      }
    },
    names: rowAndName.length,
    nameAt(rank) {
      const found = rowAndName[rank] ?? 0
      const [, name, ascii] = columns(found >>> 1)
      return fold(found % 2 === 0 ? name : ascii)
    },
    rowOfName: (rank) => (rowAndName[rank] ?? 0) >>> 1,
  }
}

/** The last column of a line that ends at `end`: whole numbers between commas. */
function ranksOf(text: Buffer, end: number): number[] {
  const start = text.lastIndexOf('\t', end - 1) + 1
  return text.toString('latin1', start, end).split(',').map(Number)
}
