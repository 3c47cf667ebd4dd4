import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { files, subgraphFile } from '../../../gateway/supergraph/files.ts'
import { originLine, staleServices } from '../../../gateway/supergraph/origin.ts'

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

test('A service without its folder is accepted, since a gateway may run alone', async () => {
  expect(await staleServices('', ['elsewhere'])).toEqual([])
})
