/** Splitting a list must agree with `JSON.parse`, whatever a service sends. */
import { describe, expect, test } from '@jest/globals'
import { joinEntities, splitEntities } from '../../../../gateway/traffic/cache/entity-list.ts'
import fc from '../../../support/fast-check.ts'

/** The text of each entity; `undefined` if the text is not split. */
const split = (text: string | Buffer): string[] | undefined => splitEntities(Buffer.from(text as string))?.map(String)

/** The entities by `JSON.parse`; `undefined` if the text must not be split. */
function parsed(text: string): unknown[] | undefined {
  try {
    const { data, errors } = JSON.parse(text) as Record<string, Record<string, unknown> | undefined>
    const list = data?.['_entities']
    const hasErrors = errors !== undefined && errors !== null && !(Array.isArray(errors) && errors.length === 0)
    return hasErrors || !Array.isArray(list) || Object.keys(data ?? {}).length > 1 ? undefined : list
  } catch {
    return undefined
  }
}

const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    '}',
    '{',
    ']',
    '[',
    '"',
    '\\',
    '\\"',
    '"]}',
    ',',
    '\u2028',
    'é\ud800',
    [[[[]]]],
    [{ a: [{}] }],
    {},
  ),
)
const key = fc.constantFrom('"data"', '"_entities"', '"errors"', '"extensions"', '"\\u0064ata"', '"a"', '""')
const text = fc.oneof(
  fc
    .tuple(fc.array(value), fc.constantFrom(0, 1, '\t'))
    .map(([list, space]) => JSON.stringify({ data: { _entities: list } }, null, space)),
  fc
    .tuple(fc.array(value), value)
    .map(([list, extensions]) => JSON.stringify({ extensions, data: { _entities: list } })),
  fc.tuple(fc.array(value), value).map(([list, errors]) => JSON.stringify({ data: { _entities: list }, errors })),
  fc.tuple(fc.array(value), key, value, key, value).map(([list, one, first, other, second]) => {
    const list_ = JSON.stringify(list)
    const [a, b] = [JSON.stringify(first), JSON.stringify(second)]
    return `{${one}:${a},"data":{"_entities":${list_},${other}:${b}},${other}:${b}}`
  }),
)
const mutation = fc.record({
  at: fc.nat(),
  remove: fc.nat({ max: 3 }),
  insert: fc.constantFrom(
    '',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ' ',
    '\n',
    '0',
    '-',
    '.',
    'e',
    'null',
    '\\u00',
    '\x01',
    '\x7f',
    '\ufeff',
  ),
})
const mutated = fc.tuple(text, fc.array(mutation, { maxLength: 3 })).map(([whole, mutations]) =>
  mutations.reduce((current, { at, remove, insert }) => {
    const place = at % (current.length + 1)
    return current.slice(0, place) + insert + current.slice(place + remove)
  }, whole),
)

describe('list of entities', () => {
  test('Entities are split as JSON.parse reads them', () => {
    fc.assert(
      fc.property(fc.array(value), fc.constantFrom(0, 1, '\t'), (list, space) => {
        const apart = split(JSON.stringify({ data: { _entities: list }, extensions: { a: list } }, null, space))
        expect(apart?.map((each) => JSON.parse(each) as unknown)).toEqual(JSON.parse(JSON.stringify(list)))
      }),
    )
  })

  test('A list that JSON.parse rejects or reads differently is not split', () => {
    fc.assert(
      fc.property(mutated, (changed) => {
        const apart = split(changed)
        if (apart) expect(apart.map((each) => JSON.parse(each) as unknown)).toEqual(parsed(changed))
      }),
      { numRuns: 5_000 },
    )
  })

  test.each([
    ['white space', ' {\n"data" :\t{ "_entities" : [ {"a":1} , null ] } }\r\n', ['{"a":1}', 'null']],
    [
      'brackets and escapes in strings',
      '{"data":{"_entities":[{"a":"]}\\"[{"},"\\\\"]}}',
      ['{"a":"]}\\"[{"}', '"\\\\"'],
    ],
    ['no entities', '{"data":{"_entities":[ ]}}', []],
    ['extensions', '{"extensions":{"data":[1]},"data":{"_entities":[1.10]}}', ['1.10']],
    ['errors that are none', '{"data":{"_entities":[1]},"errors":[ ]}', ['1']],
    ['errors that are null', '{"data":{"_entities":[1]},"errors":null}', ['1']],
  ])('An answer is split with %s', (_what, whole, expected) => {
    expect(split(whole)).toEqual(expected)
  })

  test.each([
    ['errors', '{"data":{"_entities":[1]},"errors":[{}]}'],
    ['another field', '{"data":{"_entities":[1],"a":2}}'],
    ['the list under an alias', '{"data":{"e":[1]}}'],
    ['the list twice', '{"data":{"_entities":[1],"_entities":[2]}}'],
    ['data twice', '{"data":{"_entities":[1]},"data":{"_entities":[2]}}'],
    ['data twice, once escaped', '{"data":{"_entities":[1]},"\\u0064ata":{"_entities":[2]}}'],
    ['errors under an escaped name', '{"data":{"_entities":[1]},"err\\u006frs":[{}]}'],
    ['no list', '{"data":{"_entities":{"0":1}}}'],
    ['no data', '{"data":null}'],
    ['something behind it', '{"data":{"_entities":[1]}}{}'],
    ['a list of nothing', '{"data":{"_entities":[,]}}'],
    ['an open end', '{"data":{"_entities":[1]}'],
    ['a byte order mark', '\ufeff{"data":{"_entities":[1]}}'],
    ['a wrong escape', '{"data":{"_entities":["\\x"]}}'],
    ['a control character', '{"data":{"_entities":["\n"]}}'],
    ['a number with a leading zero', '{"data":{"_entities":[01]}}'],
    ['nothing', ''],
  ])('An answer is not split with %s', (_what, whole) => {
    expect(split(whole)).toBeUndefined()
  })

  test('Entities of any depth are split', () => {
    const deep = `${'[{"a":'.repeat(100_000)}0${'}]'.repeat(100_000)}`
    const apart = split(`{"data":{"_entities":[${deep},2]}}`)
    expect([apart?.length, apart?.[0] === deep, apart?.[1]]).toEqual([2, true, '2'])
    expect(split(`{"data":{"_entities":[${deep.slice(0, -1)},2]}}`)).toBeUndefined()
  })

  test('Joined entities form an answer that splits into the same entities', () => {
    fc.assert(
      fc.property(fc.array(value), (list) => {
        const texts = list.map((each) => JSON.stringify(each))
        const joined = joinEntities(texts.map((each) => Buffer.from(each)))
        expect(joined.toString()).toBe(`{"data":{"_entities":[${texts.join()}]}}`)
        expect(split(joined)).toEqual(texts)
      }),
    )
  })
})
