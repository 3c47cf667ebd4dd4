import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { connectionOf, decodeCursor, encodeCursor, pageSize, pagesOf } from '../../../subgraphs/shared/pagination.ts'
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

describe('page', () => {
  test('A page has from 1 to 100 rows', () => {
    expect([pageSize(1), pageSize(100), pageSize(null), pageSize(undefined)]).toEqual([1, 100, 20, 20])
    for (const size of [0, -1, 101, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(refused(() => pageSize(size))).toEqual(refusal)
  })

  test('One row too many shows that there is another page', () => {
    const page = (rows: readonly number[], after?: string) => connectionOf(rows, { first: 2, after, cursorOf: String })
    expect(page([1, 2, 3]).pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: '1',
      endCursor: '2',
    })
    expect(page([1, 2], 'x').pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
    expect(page([]).pageInfo).toMatchObject({ hasNextPage: false, startCursor: null, endCursor: null })
  })

  test('Pages of any size, from any place, walk over every row once', async () => {
    const page = pagesOf('rows', z.tuple([z.number()]), (row: number) => [row])
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer(), { maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        async (numbers, first) => {
          const rows = numbers.toSorted((one, other) => one - other)
          const seen: number[] = []
          let after: string | null = null
          do {
            const { edges, pageInfo } = await page({ first, after }, async (limit, position) =>
              rows.filter((row) => !position || row > position[0]).slice(0, limit),
            )
            expect(edges.length).toBeLessThanOrEqual(first)
            seen.push(...edges.map(({ node }) => node))
            after = pageInfo.hasNextPage ? pageInfo.endCursor : null
          } while (after !== null)
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
        // JSON knows no negative zero.
        const position = [text, number + 0] as const
        fc.pre(!Object.is(number, -0))
        expect(decodeCursor('list', shape, encodeCursor('list', position))).toEqual(position)
      }),
    )
  })

  test('A cursor that was not made by this list is refused, whatever it is', () => {
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
