import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { files, subgraphFile } from '../../../gateway/supergraph/files.ts'
import { originLine, staleServices } from '../../../gateway/supergraph/origin.ts'

const schemaOf = (name: string): Promise<string> => readFile(subgraphFile(name), 'utf8')

test('the committed supergraph names the schemas that it was composed from', async () => {
  const supergraph = await readFile(files.supergraph, 'utf8')
  expect(await staleServices(supergraph, ['banking', 'weather', 'content'])).toEqual([])
})

test('a service whose schema differs, or that is not in it, is stale', async () => {
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

test('a service without its folder is no fault of a gateway that runs alone', async () => {
  expect(await staleServices('', ['elsewhere'])).toEqual([])
})
