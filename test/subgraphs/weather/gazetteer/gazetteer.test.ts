import { beforeAll, describe, expect, test } from '@jest/globals'
import { fold } from '../../../../subgraphs/weather/gazetteer/fold.ts'
import { type City, type Gazetteer, openGazetteer } from '../../../../subgraphs/weather/gazetteer/gazetteer.ts'
import fc from '../../../support/fast-check.ts'

let gazetteer: Gazetteer
let all: City[]
let folded: string[]
beforeAll(() => {
  gazetteer = openGazetteer()
  all = [...gazetteer.startingWith('')]
  folded = all.map(({ name }) => fold(name))
})

describe('folding of names', () => {
  test.each([
    ['São João', 'sao joao'],
    ['MÜNSTER', 'munster'],
    ['Łódź', 'lodz'],
    ['Århus', 'arhus'],
    ['İstanbul', 'istanbul'],
    ['L’Aquila', "l'aquila"],
    ['Saint‑Denis', 'saint denis'],
    ['  Rio   de Janeiro ', 'rio de janeiro'],
    ['Straßburg', 'strassburg'],
  ])('Folding turns %s into %s', (name, folded) => expect(fold(name)).toBe(folded))

  test('Folding a name twice equals folding it once', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => fold(fold(name)) === fold(name)))
  })

  test('Folding ignores letter case and Unicode composition', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all.map(({ name }) => name)), (name) => {
        expect(fold(name.toUpperCase())).toBe(fold(name))
        expect(fold(name.normalize('NFD'))).toBe(fold(name))
      }),
    )
  })
})

describe('gazetteer', () => {
  test('The gazetteer holds the 26,416 cities of at least 15,000 people, each found by its id', () => {
    expect(gazetteer.size).toBe(26_416)
    expect(all).toHaveLength(26_416)
    expect(Math.min(...all.map(({ population }) => population))).toBe(15_000)
    // A single expectation: tens of thousands would take most of a minute.
    expect(all.filter((city) => JSON.stringify(gazetteer.city(city.id)) !== JSON.stringify(city))).toEqual([])
  })

  test('Cities have places, time zones and heights', () => {
    expect(gazetteer.city('2267057')).toEqual({
      id: '2267057',
      name: 'Lisbon',
      country: 'PT',
      latitude: 38.71667,
      longitude: -9.13333,
      elevation: expect.any(Number),
      population: 517_802,
      timeZone: 'Europe/Lisbon',
    })
  })

  test('Every city has a place on Earth, a country and a time zone known to this runtime', () => {
    const impossible = all.filter(
      ({ latitude, longitude, country, elevation = 0 }) =>
        !(
          Math.abs(latitude) < 90 &&
          Math.abs(longitude) <= 180 &&
          Math.abs(elevation) < 6000 &&
          /^[A-Z]{2}$/.test(country)
        ),
    )
    expect(impossible).toEqual([])
    for (const zone of new Set(all.map(({ timeZone }) => timeZone))) {
      expect(() => new Intl.DateTimeFormat('en', { timeZone: zone })).not.toThrow()
    }
  })

  test.each(['', '0', '1', '02267057', '2267057 ', '-1', '1e6', '99999999999999999999', 'Lisbon', '__proto__'])(
    'No city has the id "%s"',
    (id) => expect(gazetteer.city(id)).toBeUndefined(),
  )

  test('A prefix finds exactly the cities whose folded name starts with it, the most populous first', () => {
    const prefixes = fc
      .tuple(fc.constantFrom(...all.map(({ name }) => name)), fc.integer({ min: 1, max: 8 }))
      .map(([name, length]) => name.slice(0, length))
      .filter((prefix) => fold(prefix) !== '')
    fc.assert(
      fc.property(prefixes, (prefix) => {
        const found = [...gazetteer.startingWith(prefix)]
        const expected = all.filter((_, row) => folded[row]?.startsWith(fold(prefix)))
        const ids = new Set(found.map(({ id }) => id))
        expect(ids.size).toBe(found.length)
        expect(expected.filter(({ id }) => !ids.has(id))).toEqual([])
        const populations = found.map(({ population }) => population)
        expect(populations).toEqual(populations.toSorted((one, other) => other - one))
      }),
      { numRuns: 50 },
    )
  })

  test('A city is also found by the ASCII form of its name', () => {
    const names = (prefix: string): string[] => [...gazetteer.startingWith(prefix)].map(({ name }) => name)
    expect(names('Wurzburg')).toEqual(['Würzburg'])
    expect(names('Tromso')).toEqual(['Tromsø'])
    expect(names('sao paulo')[0]).toBe('São Paulo')
  })

  test('A search near a point finds exactly the cities within the radius, the nearest first', () => {
    const distance = (one: City, latitude: number, longitude: number): number => {
      const radians = Math.PI / 180
      const half = (degrees: number): number => Math.sin((degrees * radians) / 2) ** 2
      const chord =
        half(one.latitude - latitude) +
        Math.cos(one.latitude * radians) * Math.cos(latitude * radians) * half(one.longitude - longitude)
      return 2 * 6371.0088 * Math.asin(Math.sqrt(Math.min(1, chord)))
    }
    const latitudes = fc.double({ min: -90, max: 90, noNaN: true })
    const longitudes = fc.double({ min: -180, max: 180, noNaN: true })
    const radii = fc.double({ min: 1, max: 1000, noNaN: true })
    fc.assert(
      fc.property(latitudes, longitudes, radii, (latitude, longitude, radius) => {
        const found = gazetteer.near(latitude, longitude, radius)
        const expected = all.filter((city) => distance(city, latitude, longitude) <= radius - 1e-6)
        const ids = new Set(found.map(({ city }) => city.id))
        expect(expected.filter(({ id }) => !ids.has(id))).toEqual([])
        expect(
          found.filter(({ city, distance: told }) => Math.abs(told - distance(city, latitude, longitude)) > 1e-5),
        ).toEqual([])
        const distances = found.map((each) => each.distance)
        expect(distances).toEqual(distances.toSorted((one, other) => one - other))
      }),
      { numRuns: 30 },
    )
  })

  test('A search near a point crosses the date line', () => {
    expect(gazetteer.near(-16.5, 179.99, 300).map(({ city }) => city.name)).toContain('Labasa')
    expect(gazetteer.near(-16.5, -179.99, 300).map(({ city }) => city.name)).toContain('Labasa')
  })
})
