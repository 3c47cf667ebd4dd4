import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { files, subgraphFile } from '../../../gateway/supergraph/files.ts'
import { isComposedOf, originLine, staleServices } from '../../../gateway/supergraph/origin.ts'

const schemaOf = (name: string): Promise<string> => readFile(subgraphFile(name), 'utf8')

test('The committed supergraph names the schemas that it was composed from', async () => {
  const supergraph = await readFile(files.supergraph, 'utf8')
  expect(await staleServices(supergraph, ['banking', 'weather', 'content'])).toEqual([])
})

test('A service whose schema differs or is missing in the supergraph is stale', async () => {
  const line = originLine(
    new Map([
      ['banking', await schemaOf('banking')],
      ['weather', `${await schemaOf('weather')} `],
    ]),
  )
  expect(await staleServices(`${line}\nschema { query: Query }`, ['banking', 'weather', 'content'])).toEqual([
    'weather',
    'content',
  ])
  expect(await staleServices('schema { query: Query }', ['banking'])).toEqual(['banking'])
})

test('A service that the registry no longer has makes the supergraph stale', async () => {
  const supergraph = await readFile(files.supergraph, 'utf8')
  expect(await staleServices(supergraph, ['banking', 'weather'])).toEqual(['content'])
})

test('A supergraph is composed of exactly the schemas that it names, in any order', () => {
  const line = originLine(new Map(Object.entries({ a: 'type A', b: 'type B' })))
  const isOf = (schemas: object): boolean => isComposedOf(`${line}\nschema`, new Map(Object.entries(schemas)))
  expect(isOf({ b: 'type B', a: 'type A' })).toBe(true)
  for (const other of [{ a: 'type A' }, { a: 'type A', b: 'type C' }, { a: 'type A', b: 'type B', c: '' }, {}])
    expect(isOf(other)).toBe(false)
  expect(isComposedOf('', new Map([['a', 'type A']]))).toBe(false)
})

test('A service without its folder is accepted, since a gateway may run alone', async () => {
  expect(await staleServices('', ['elsewhere'])).toEqual([])
})
