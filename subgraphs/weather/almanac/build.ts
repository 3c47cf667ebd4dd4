/**
 * `node subgraphs/weather/almanac/build.ts`: makes the almanac's data from the `vega-datasets`
 * package. Run by hand; never at run time.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const dataset = (name: string): string =>
  readFileSync(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')), 'utf8')

const rows = (name: string): string[][] =>
  dataset(name)
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))

const write = (name: string, text: string): void => writeFileSync(new URL(name, import.meta.url), text)

/**
 * Days of Seattle and New York. The wind is left out: the package says km/h, the figures are
 * plainly m/s. `seattle-weather.csv` of the same package repeats the rows of Seattle.
 */
function records(): string {
  const days = rows('weather.csv').map(([city, date, precipitation, max, min, , weather]) =>
    [city, date, max, min, precipitation, weather].join('\t'),
  )
  const repeated = new Set(
    rows('seattle-weather.csv').map(([date, precipitation, max]) => [date, max, precipitation].join()),
  )
  const differing = days
    .map((line) => line.split('\t'))
    .filter(
      ([city, date, max, , precipitation]) => city === 'Seattle' && !repeated.has([date, max, precipitation].join()),
    )
  if (differing.length > 0) throw new Error(`The two records of Seattle differ on ${differing.length} days.`)
  return `${days.join('\n')}\n`
}

/** Seattle's normal temperature of each hour (a column) of each day (a row), °C. */
function hourlyNormals(): string {
  const byDay = Map.groupBy(rows('seattle-weather-hourly-normals.csv'), ([time = '']) => time.slice(5, 10))
  const days = [...byDay].map(([day, hours]) => {
    const normals = Array.from({ length: 24 }, () => '')
    for (const [time = '', , temperature = ''] of hours) normals[Number(time.slice(11, 13))] = temperature
    return [day, ...normals].join('\t')
  })
  return `${days.join('\n')}\n`
}

type Ring = readonly (readonly [number, number])[]

/**
 * The land of Natural Earth as rings of longitude and latitude, decoded from TopoJSON (its
 * specification, section 2.1.4).
 */
function landRings(): Ring[] {
  const { arcs, objects, transform } = JSON.parse(dataset('world-110m.json')) as {
    arcs: [number, number][][]
    objects: { land: { arcs?: number[][][]; geometries?: { arcs: number[][][] }[] } }
    transform: { scale: [number, number]; translate: [number, number] }
  }
  const positions = arcs.map((arc) => {
    let [x, y] = [0, 0]
    return arc.map(([dx, dy]) => {
      x += dx
      y += dy
      return [x * transform.scale[0] + transform.translate[0], y * transform.scale[1] + transform.translate[1]] as const
    })
  })
  const arcAt = (index: number): Ring => (index < 0 ? (positions[~index] ?? []).toReversed() : (positions[index] ?? []))
  const polygons = objects.land.arcs ?? objects.land.geometries?.flatMap((geometry) => geometry.arcs) ?? []
  return polygons.flatMap((polygon) => polygon.map((ring) => ring.flatMap(arcAt)))
}

/**
 * A map of one character a square degree, north first, from 180° W: `#` is land. Even-odd rule, so
 * that lakes are water.
 */
function landMap(): string {
  const rings = landRings()
  const isLand = (longitude: number, latitude: number): boolean => {
    let inside = false
    for (const ring of rings) {
      for (let here = 0, before = ring.length - 1; here < ring.length; before = here++) {
        const [x1, y1] = ring[here] ?? [0, 0]
        const [x2, y2] = ring[before] ?? [0, 0]
        if (y1 > latitude !== y2 > latitude && longitude < ((x2 - x1) * (latitude - y1)) / (y2 - y1) + x1)
          inside = !inside
      }
    }
    return inside
  }
  return Array.from({ length: 180 }, (_, row) =>
    Array.from({ length: 360 }, (__, column) => (isLand(column - 179.5, 89.5 - row) ? '#' : '.')).join(''),
  )
    .join('\n')
    .concat('\n')
}

write('records.tsv', records())
write('seattle-hourly-normals.tsv', hourlyNormals())
write('land.txt', landMap())
