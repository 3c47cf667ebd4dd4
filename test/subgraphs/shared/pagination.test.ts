import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import {
  type Connection,
  decodeCursor,
  encodeCursor,
  type PageArguments,
  pagesInMemory,
  pagesOf,
  rowsIn,
} from '../../../subgraphs/shared/pagination.ts'
import fc from '../../support/fast-check.ts'

const shape = z.tuple([z.string(), z.number()])
const refusal = expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })
const refused = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

const numbers = pagesInMemory('rows', z.tuple([z.number()]), (row: number) => [row])
const pageOf = (rows: readonly number[], args: PageArguments, options = {}) =>
  numbers(args, (range) => rowsIn(rows, range, (row, [place]) => row - place), options)
const cursor = (row: number): string => encodeCursor('rows', [row])
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at)
const ids = ({ edges }: Connection<number>): readonly number[] => edges.map(({ node }) => node)

describe('page', () => {
  test('A page has 0 to 100 rows, by default the first 20', () => {
    const rows = upTo(200)
    expect(ids(pageOf(rows, {}))).toEqual(upTo(20))
    expect(ids(pageOf(rows, { first: null, last: null }))).toEqual(upTo(20))
    expect(ids(pageOf(rows, {}, { pageSize: 5 }))).toEqual(upTo(5))
    expect(ids(pageOf(rows, { first: 100 }))).toEqual(upTo(100))
    expect(ids(pageOf(rows, { last: 100 }))).toEqual(rows.slice(100))
    for (const size of [-1, 101, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      for (const args of [{ first: size }, { last: size }]) expect(refused(() => pageOf(rows, args))).toEqual(refusal)
  })

  test('A page of size 0 shows whether there are rows', () => {
    const nothing = { startCursor: null, endCursor: null }
    for (const [args, hasNextPage, hasPreviousPage] of [
      [{ first: 0 }, true, false],
      [{ first: 0, after: cursor(1) }, true, true],
      [{ first: 0, after: cursor(2) }, false, true],
      [{ last: 0 }, false, true],
      [{ last: 0, before: cursor(0) }, true, false],
    ] as const)
      expect(pageOf([0, 1, 2], args)).toEqual({ edges: [], pageInfo: { hasNextPage, hasPreviousPage, ...nothing } })
    expect(pageOf([], { first: 0 }).pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, ...nothing })
  })

  test('A page in both directions is refused with an explanation, and so is a cursor of another list', () => {
    for (const both of [
      { first: 1, last: 1 },
      { first: 0, last: 0 },
    ])
      expect(refused(() => pageOf([1], both))).toMatchObject({
        message: 'Give "first" or "last", not both: a page is read in one direction.',
        extensions: { code: 'BAD_USER_INPUT' },
      })
    for (const name of ['after', 'before'])
      expect(refused(() => pageOf([1], { [name]: encodeCursor('other', [1]) }))).toMatchObject({
        message: `"${name}" is not a cursor of this list.`,
      })
  })

  test("A page equals the result of the Relay specification's algorithm", () => {
    const place = fc.option(fc.integer({ min: -1, max: 12 }), { nil: undefined })
    const size = fc.integer({ min: 0, max: 6 })
    const direction = fc.oneof<fc.Arbitrary<{ first?: number; last?: number }>[]>(
      fc.record({ first: size }),
      fc.record({ last: size }),
      fc.constant({}),
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 11 }), place, place, direction, (count, after, before, given) => {
        const rows = upTo(count)
        const { edges, pageInfo } = pageOf(rows, {
          ...given,
          ...(after !== undefined && { after: cursor(after) }),
          ...(before !== undefined && { before: cursor(before) }),
        })
        const between = rows.filter(
          (row) => (after === undefined || row > after) && (before === undefined || row < before),
        )
        const { first = given.last === undefined ? 20 : undefined, last } = given
        const wanted =
          typeof first === 'number' ? between.slice(0, first) : between.slice(-(last ?? 0) || between.length)
        expect(edges.map(({ node }) => node)).toEqual(wanted)
        expect(pageInfo).toEqual({
          hasNextPage: typeof first === 'number' ? between.length > first : before !== undefined,
          hasPreviousPage: typeof last === 'number' ? between.length > last : after !== undefined,
          startCursor: wanted.length > 0 ? cursor(wanted[0] as number) : null,
          endCursor: wanted.length > 0 ? cursor(wanted.at(-1) as number) : null,
        })
      }),
    )
  })

  test('Pages of any size, from either end, walk over every row once', async () => {
    const page = pagesOf('rows', z.tuple([z.number()]), (row: number) => [row])
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer(), { maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        fc.boolean(),
        async (numbers, size, backwards) => {
          const rows = numbers.toSorted((one, other) => one - other)
          const seen: number[] = []
          let place: string | null = null
          do {
            const args = backwards ? { last: size, before: place } : { first: size, after: place }
            const read = await page(args, async (range) => rowsIn(rows, range, (row, [at]) => row - at))
            const { edges, pageInfo }: Connection<number> = read
            expect(edges.length).toBeLessThanOrEqual(size)
            if (backwards) seen.unshift(...ids(read))
            else seen.push(...ids(read))
            const hasMore = backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage
            place = hasMore ? (backwards ? pageInfo.startCursor : pageInfo.endCursor) : null
          } while (place !== null)
          expect(seen).toEqual(rows)
        },
      ),
    )
  })
})

describe('cursor', () => {
  test('A cursor returns the position it was made of', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.double({ noNaN: true, noDefaultInfinity: true }), (text, number) => {
        // JSON has no negative zero.
        const position = [text, number + 0] as const
        fc.pre(!Object.is(number, -0))
        expect(decodeCursor('list', shape, encodeCursor('list', position))).toEqual(position)
      }),
    )
  })

  test('Any cursor that this list did not make is refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(refused(() => decodeCursor('list', shape, text))).toEqual(refusal)
      }),
    )
    const forged = [
      encodeCursor('other', ['x', 1]),
      encodeCursor('list', ['x']),
      encodeCursor('list', [1, 'x']),
      encodeCursor('list', ['x', 1, 2]),
      `${encodeCursor('list', ['x', 1])}=`,
      Buffer.from('["list", "x", 1]').toString('base64url'),
      Buffer.from('{"0":"list"}').toString('base64url'),
      encodeCursor('list', ['x'.repeat(600), 1]),
    ]
    for (const cursor of forged) expect(refused(() => decodeCursor('list', shape, cursor))).toEqual(refusal)
  })

  test('A missing cursor is the start of the list', () => {
    expect([decodeCursor('list', shape, undefined), decodeCursor('list', shape, null)]).toEqual([undefined, undefined])
  })
})
