import { describe, expect, test } from '@jest/globals'
import { differencesOf } from '../../../tools/compare/differences.ts'
import type { Answered, ShownError } from '../../../tools/compare/gateways.ts'

const answered = (data: unknown, errors: readonly ShownError[] = [], calls: Record<string, number> = {}): Answered => ({
  data,
  errors,
  calls: new Map(Object.entries(calls)),
})

const error = (path: string | undefined, message: string, code: string): ShownError => ({
  message,
  ...(path !== undefined && { path: path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)) }),
  extensions: { code },
})

/** `part at: here | stock`, with `*` before important ones. */
const inShort = (ours: Answered, stock: Answered): readonly string[] =>
  differencesOf(ours, stock).map(
    ({ part, at, ours, stock, reason }) =>
      `${reason === undefined ? '* ' : ''}${part}${at === '' ? '' : ` ${at}`}: ${ours} | ${stock}`,
  )

describe('data', () => {
  test.each<[what: string, ours: unknown, stock: unknown, found: readonly string[]]>([
    ['the same is equal', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['another value matters', { a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 1 }, { b: 3 }] }, ['* data a.1.b: 2 | 3']],
    ['null is not an empty list', { a: null }, { a: [] }, ['* data a: null | []']],
    ['a field more matters', { a: 1 }, { a: 1, b: 1 }, ['* data b: nothing | 1']],
    ['a list of another length matters as a whole', { a: [1] }, { a: [1, 2] }, ['* data a: [1] | [1,2]']],
    ['no data is not null', undefined, null, ['* data: nothing | null']],
    ['only the order of fields is by design', { a: 1, b: 2 }, { b: 2, a: 1 }, ['data: other order | other order']],
  ])('Differences of data: %s', (_what, ours, stock, found) => {
    expect(inShort(answered(ours), answered(stock))).toEqual(found)
  })
})

describe('errors', () => {
  const shown = (message: string) => JSON.stringify(message)
  test.each<[what: string, ours: readonly ShownError[], stock: readonly ShownError[], found: readonly string[]]>([
    ['the same is equal', [error('a', 'No.', 'FORBIDDEN')], [error('a', 'No.', 'FORBIDDEN')], []],
    [
      'another message of a code matters',
      [error('a', 'No.', 'FORBIDDEN')],
      [error('a', 'Yes.', 'FORBIDDEN')],
      [`* errors a message: ${shown('No.')} | ${shown('Yes.')}`],
    ],
    [
      'a masked message and another code are by design',
      [error('a', 'Internal error.', 'INTERNAL')],
      [error('a', 'boom', 'INTERNAL_SERVER_ERROR')],
      [
        `errors a message: ${shown('Internal error.')} | ${shown('boom')}`,
        'errors a code: INTERNAL | INTERNAL_SERVER_ERROR',
      ],
    ],
    [
      'one without a place stands for each place',
      [error('a.0', 'Gone.', 'NOT_FOUND'), error('a.1', 'Gone.', 'NOT_FOUND')],
      [error('a.@._entities', 'Gone.', 'NOT_FOUND')],
      ['errors a.0 path: a.0 | a.@._entities', 'errors a.1 path: a.1 | a.@._entities'],
    ],
    [
      'one at quite another place matters, twice',
      [error('a.b', 'Gone.', 'NOT_FOUND')],
      [error('x.y', 'Gone.', 'NOT_FOUND')],
      [`* errors a.b: NOT_FOUND: ${shown('Gone.')} | nothing`, `* errors x.y: nothing | NOT_FOUND: ${shown('Gone.')}`],
    ],
    [
      'one that only the stock gateway tells matters',
      [],
      [error('a', 'No.', 'FORBIDDEN')],
      [`* errors a: nothing | FORBIDDEN: ${shown('No.')}`],
    ],
    [
      'a fault of a value that only this gateway tells is by design',
      [error('a', 'Internal error.', 'INTERNAL')],
      [],
      [`errors a: INTERNAL: ${shown('Internal error.')} | nothing`],
    ],
    [
      'a refusal that only this gateway tells matters',
      [error(undefined, 'Too much.', 'OPERATION_TOO_COMPLEX')],
      [],
      [`* errors: OPERATION_TOO_COMPLEX: ${shown('Too much.')} | nothing`],
    ],
  ])('Differences of errors: %s', (_what, ours, stock, found) => {
    expect(inShort(answered(null, ours), answered(null, stock))).toEqual(found)
  })

  test('Important differences are never cut off, even after many by design', () => {
    const many = Array.from({ length: 50 }, (_, at) => error(`a.${at}`, 'Internal error.', 'INTERNAL'))
    const matters = error('z', 'No.', 'FORBIDDEN')
    const found = inShort(answered(null, [...many, matters]), answered(null, [error(undefined, 'boom', 'X')]))
    expect(found[0]).toBe('* errors z: FORBIDDEN: "No." | nothing')
    expect(found).toHaveLength(20)
  })
})

test('Fewer calls are by design; more calls matter unless a failed one was retried', () => {
  const away = [error('a', 'The service "b" is not available.', 'SERVICE_UNAVAILABLE')]
  expect(inShort(answered(1, [], { a: 1 }), answered(1, [], { a: 2, b: 1 }))).toEqual([
    'calls a: 1 | 2',
    'calls b: 0 | 1',
  ])
  expect(inShort(answered(1, [], { a: 2 }), answered(1, [], { a: 1 }))).toEqual(['* calls a: 2 | 1'])
  expect(inShort(answered(1, away, { a: 3 }), answered(1, away, { a: 1 }))).toEqual(['calls a: 3 | 1'])
})
