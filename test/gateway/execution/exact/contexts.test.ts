import { expect, test } from '@jest/globals'
import { ABSENT, failureOf, UNWRITABLE } from '../../../../gateway/execution/answer/failure.ts'
import { contextOf } from '../../../../gateway/execution/exact/contexts.ts'
import type { TypeRelations } from '../../../../gateway/execution/plan/type-relations.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'

const types: TypeRelations = {
  isObjectType: () => true,
  isHidden: () => false,
  members: (type) => [type],
  belongsTo: (typename, condition) => typename === condition,
  inputsOf: () => [],
  isKey: () => true,
}
const failure = failureOf(codedError('SERVICE_UNAVAILABLE', 'The service is away.'))

/** The variable that an object at the second level below `above` is given. */
const contextIn = (above: Record<string, unknown>, ...path: string[]): unknown => {
  const place = { object: {}, above: { object: { __typename: 'Desk' }, above: { object: above, above: undefined } } }
  return contextOf([{ kind: 'KeyRenamer', path: ['..', '..', ...path], renameKeyTo: 'it' }], place, types)
}

test.each<[string, unknown, unknown]>([
  ['a value', 'EUR', 'EUR'],
  ['null', null, null],
  ['a value that is not there', undefined, null],
  ['a value of an entity that no service knows', ABSENT, null],
  ['an object inside', { code: 'EUR' }, { code: 'EUR' }],
])('A context gives %s', (_what, value, expected) => {
  expect(contextIn({ value }, 'value')).toEqual({ it: expected })
})

test.each<[string, unknown, unknown]>([
  ['A failure', failure, failure],
  ['A failure inside a list', ['EUR', [failure]], failure],
  ['A number that JSON cannot say', Number.POSITIVE_INFINITY, UNWRITABLE],
  ['A value that nests without end', JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), UNWRITABLE],
])('%s is never sent as a context', (_what, value, expected) => {
  expect(contextIn({ value }, 'value')).toBe(expected)
})

test('A context is read through objects, lists and types, from the first path that leads to a value', () => {
  expect(contextIn({ __typename: 'Firm', at: [{ code: 1 }, { code: ABSENT }] }, '... on Firm', 'at', 'code')).toEqual({
    it: [1, null],
  })
  expect(contextIn({ __typename: 'Firm', code: 1 }, '... on Club', 'code')).toEqual({ it: null })
  const place = { object: {}, above: { object: { __typename: 'Firm', code: 1 }, above: undefined } }
  const rewrites = ['Club', 'Firm'].map((type) => ({
    kind: 'KeyRenamer' as const,
    path: ['..', `... on ${type}`, 'code'],
    renameKeyTo: 'it',
  }))
  expect(contextOf(rewrites, place, types)).toEqual({ it: 1 })
})
