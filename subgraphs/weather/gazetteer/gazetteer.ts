/**
 * The cities of the world, read once at start from the committed file and never changed: by id, by
 * name, by distance.
 */
import { fold } from './fold.ts'
import { nearby } from './nearby.ts'
import { type City, readRows } from './rows.ts'

export type { City } from './rows.ts'

/** A city found near a point. */
export interface NearbyCity {
  readonly city: City
  /** km, great circle. */
  readonly distance: number
}

export interface Gazetteer {
  readonly size: number
  city(id: string): City | undefined
  /**
   * Cities whose name starts with `prefix`, accents and case apart, the most populous first; all of
   * them for an empty prefix.
   */
  startingWith(prefix: string): Iterable<City>
  /** Cities within `radius` km of a point, the nearest first. */
  near(latitude: number, longitude: number, radius: number): NearbyCity[]
}

export function openGazetteer(file: URL = new URL('cities.tsv.gz', import.meta.url)): Gazetteer {
  const rows = readRows(file)
  const ids = new Uint32Array(rows.size)
  const points = new Float64Array(rows.size * 2)
  for (let row = 0; row < rows.size; row++) {
    const { id, latitude, longitude } = rows.at(row)
    ids[row] = Number(id)
    points.set([latitude, longitude], row * 2)
  }
  const rowsById = Uint32Array.from(ids.keys()).sort((one, other) => (ids[one] ?? 0) - (ids[other] ?? 0))
  const neighbours = nearby(points)

  return {
    size: rows.size,
    city(id) {
      const wanted = /^[1-9]\d{0,9}$/.test(id) ? Number(id) : 0
      const row = rowsById[firstWhere(rowsById.length, (index) => (ids[rowsById[index] ?? 0] ?? 0) >= wanted)]
      return row !== undefined && ids[row] === wanted ? rows.at(row) : undefined
    },
    *startingWith(prefix) {
      const wanted = fold(prefix)
      const first = firstWhere(rows.names, (rank) => rows.nameAt(rank) >= wanted)
      const end = firstWhere(rows.names, (rank) => rank >= first && !rows.nameAt(rank).startsWith(wanted))
      const found = Array.from({ length: end - first }, (_, index) => rows.rowOfName(first + index))
      // A row's number is its rank by population; a city found by both of its names is one city.
      for (const row of new Set(Uint32Array.from(found).sort())) yield rows.at(row)
    },
    near: (latitude, longitude, radius) =>
      neighbours({ latitude, longitude }, radius).map(({ row, distance }) => ({ city: rows.at(row), distance })),
  }
}

/**
 * Binary search: the first index below `size` for which `holds`, which must hold from some index
 * on; `size` if it never does.
 */
function firstWhere(size: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = size
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
