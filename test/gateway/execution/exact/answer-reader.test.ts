import { describe, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { compileReader, type ReadJson } from '../../../../gateway/execution/exact/answer-reader.ts'
import { fetchedFields } from '../../../../gateway/execution/exact/fetched-fields.ts'
import { addPlace, markShared, noPlaces } from '../../../../gateway/execution/exact/places.ts'
import fc from '../../../support/fast-check.ts'

const fields = fetchedFields(parse('{ list { name child { name child { name list { name } } } any } name }'))
const places = noPlaces()
addPlace(places, ['list', 'child', 'child', 'list'])
markShared(places, [{ path: [], fields }])
const read = compileReader(fields, [places]) as ReadJson

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('{', '}', '"', '\\', '\\"', ',', ']', '', 'é', '\u{1f600}'),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)
const object = fc.letrec<{ object: object }>((tie) => ({
  object: fc.record(
    {
      name: leaf,
      child: fc.oneof({ depthSize: 'small' }, leaf, tie('object')),
      list: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('object'))),
      any: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
})).object
const answer = fc.record({ data: fc.oneof(object, leaf) })

const outcome = (parseText: ReadJson, text: string): unknown => {
  try {
    return parseText(text)
  } catch (error) {
    return error instanceof SyntaxError ? 'no JSON' : error
  }
}

describe('answer reader', () => {
  test('Every valid text gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(answer, fc.constantFrom(0, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(read(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 1_000 },
    )
  })

  test('A cut or altered text is refused wherever JSON.parse refuses it', () => {
    const whole = JSON.stringify({
      data: { list: [{ name: 'a\\"{', child: { name: 1.5, any: [{ x: null }] } }], name: true },
    })
    for (let end = 0; end < whole.length; end++) {
      for (const text of [whole.slice(0, end), `${whole.slice(0, end)}}${whole.slice(end)}`]) {
        expect(outcome(read, text)).toEqual(outcome(JSON.parse, text))
      }
    }
  })

  test('Entities written alike at one place share one object, and others do not', () => {
    const item = (name: string, inner: string) => ({ name, child: { name: 'same', child: { name: inner, list: [] } } })
    const { data } = read(
      JSON.stringify({ data: { list: [item('a', 'x'), item('b', 'x'), item('c', 'y'), item('a', 'x')] } }),
    ) as { data: { list: { child: object }[] } }
    const [first, second, third, fourth] = data.list
    expect(first).toBe(fourth)
    expect(first?.child).toBe(second?.child)
    expect(first?.child).not.toBe(third?.child)
  })

  test('Objects with the same beginning are told apart, however many there are', () => {
    const list = Array.from({ length: 2_000 }, (_, index) => ({
      name: 'n'.repeat(200),
      child: { name: index % 1_000, child: null },
    }))
    expect(read(JSON.stringify({ data: { list } }))).toEqual({ data: { list } })
  })
})

test('An answer that no later step adds to needs no reader', () => {
  expect(compileReader(fields, [undefined, noPlaces()])).toBeUndefined()
})
