import { describe, expect, test } from '@jest/globals'
import { buildSchema } from 'graphql'
import type { Fetch } from '../../../../gateway/execution/plan/step.ts'
import { askedIn } from '../../../../gateway/execution/trace/request-text.ts'
import { shownVariables } from '../../../../gateway/execution/trace/shown-variables.ts'
import { entityBody } from '../../../support/upstream.ts'
import { deniedIn } from '../support/denied.ts'

const schema = buildSchema(`
  type Query { media: [Media] }
  interface Media { id: ID price: Int owner: Owner }
  type Book implements Media { id: ID price: Int owner: Owner pages: [Int] size: Json }
  type Film implements Media { id: ID price: Int owner: Owner }
  type Owner { name: String }
  scalar Json
`)

const bodyOf = (representations: readonly string[]) =>
  entityBody('{"query":"query","variables":{"first":3,"context_0":"USD","representations":[', representations, ']}}')

const shown = (
  representations: readonly unknown[],
  denied: readonly string[] = [],
  contexts: readonly string[] = [],
) => {
  const node = { contextRewrites: contexts.map((renameKeyTo) => ({ renameKeyTo })) } as Partial<
    Fetch['node']
  > as Fetch['node']
  const texts = representations.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))
  const asked = askedIn(bodyOf(texts))
  const { field, object } = deniedIn(schema, 'test', (coordinate) => denied.includes(coordinate))
  const shows = { field: (type: string, name: string) => !field(type, name), object: (type: string) => !object(type) }
  return shownVariables(schema, shows, { node }, asked) ?? ''
}
const entities = (...parameters: Parameters<typeof shown>) => JSON.parse(shown(...parameters)).representations

const book = { __typename: 'Book', id: 'b', price: 3, owner: { name: 'Ann' } }

describe('variables of a trace', () => {
  test('Without anything to hide they are as they were sent', () => {
    const many = { ...book, pages: [1, null], size: { deep: ['x'] } }
    expect(entities([many])).toEqual([{ ...many, size: { deep: '…' } }])
    expect(shown(['{"__typename":"Book","price":12345678901234567890}'])).toContain('"price":12345678901234567890}')
  })

  test.each<[string, readonly string[], unknown]>([
    ['a field', ['Book.price'], { ...book, price: '…' }],
    ['a field further down', ['Owner.name'], { ...book, owner: { name: '…' } }],
    ['the type of a field', ['Owner'], { ...book, owner: '…' }],
    ['the type itself', ['Book'], '…'],
  ])('What is denied is left out: %s', (_what, denied, expected) => {
    expect(entities([book], denied)).toEqual([expected])
  })

  test('An entity requested by its interface hides everything that one of its types hides', () => {
    expect(entities([{ ...book, __typename: 'Media' }], ['Film.price'])).toEqual([
      { ...book, __typename: 'Media', price: '…' },
    ])
  })

  test('What the public schema does not have is left out', () => {
    expect(entities([{ ...book, secret: 1, constructor: 2 }])).toEqual([{ ...book, secret: '…', constructor: '…' }])
    expect(entities([{ __typename: 'Hidden', constructor: 1 }])).toEqual([{ __typename: 'Hidden', constructor: '…' }])
  })

  test('What objects above give is left out, and what the client sent is not', () => {
    expect(JSON.parse(shown([book], [], ['context_0']))).toMatchObject({ first: 3, context_0: '…' })
  })

  test('Long variables are cut, also after an entity that is too long', () => {
    const text = shown(Array.from({ length: 10_000 }, (_, id) => ({ __typename: 'Book', id: `${id}` })))
    expect(text.endsWith('…')).toBe(true)
    expect(text.length).toBe(4_096)
    const long = { __typename: 'Book', id: 'x'.repeat(5_000) }
    expect(shown([{ __typename: 'Book', id: 'b' }, long, book])).toMatch(/"representations":\[\{[^{]+"id":"b"\},…$/)
  })

  test('Only as many entities are read as can be shown', () => {
    const { variables, isCut } = askedIn(bodyOf(Array.from({ length: 10_000 }, () => '{"__typename":"Book"}')))
    expect((variables['representations'] as unknown[]).length).toBeLessThan(200)
    expect(isCut).toBe(true)
  })
})
