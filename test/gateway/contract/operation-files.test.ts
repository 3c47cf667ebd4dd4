import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { readOperations } from '../../../gateway/contract/sources/operation-files.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string
beforeEach(async () => {
  folder = await newFolder()
})

async function read(files: Readonly<Record<string, string>>, path = '', client?: string) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return readOperations(join(folder, path), client)
}

const manifest = (name: string): string =>
  JSON.stringify({
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [{ id: '1', name, type: 'query', body: `query ${name} { a }`, clientName: 'ios' }],
  })

test('A folder is searched for documents, templates in sources and manifests that say what they are', async () => {
  const { operations, unreadable } = await read({
    'a.graphql': 'query A { a } query A2 { a }',
    'deep/b.gql': 'query B { a }',
    'deep/c.ts': 'const c = gql`query C { a }`\nconst d = graphql(`\n  query D { a }\n`)',
    'e.jsx': 'const e = /* GraphQL */ `query E { a }`',
    'manifest.json': manifest('F'),
    'schema.graphql': 'type Query { a: Int }',
    'package.json': '{"name": "x"}',
    'node_modules/x/g.graphql': 'query G { a }',
    'generated/gql.ts': 'const Example = graphql(`query H { a }`)',
    'src/__generated__/I.graphql': 'query I { a }',
    'prose.ts': '/** As `*.graphql` says: gql` and graphql(`…`) are marks. */\n// .graphql`x`',
    'empty.graphql': '\n',
  })
  expect(unreadable).toEqual([])
  expect(operations.map(({ name }) => name).sort()).toEqual(['A', 'A2', 'B', 'C', 'D', 'E', 'F'])
  const placed = Object.fromEntries(operations.map(({ name, place, client }) => [name, `${place?.line} ${client}`]))
  expect(placed).toMatchObject({ A: '1 undefined', D: '3 undefined', F: '1 ios' })
})

test('Fragments may be in other files, and what is put into a template names them', async () => {
  const { operations } = await read({
    'page.ts': `const page = gql\`\n  query Page { a { ...Parts } }\n  \${PARTS}\n\``,
    'parts.graphql': 'fragment Parts on A { ...More }',
    'more.graphql': 'fragment More on A { b } fragment Unused on A { c }',
  })
  expect([...(operations[0]?.fragments.keys() ?? [])]).toEqual(['Parts', 'More'])
})

test('A single file is read, with the variables beside it; a manifest may have any format', async () => {
  const one = await read({ 'a.graphql': 'query A { a }', 'a.json': '{"first": 3}' }, 'a.graphql', 'web')
  expect(one.operations).toMatchObject([{ name: 'A', variables: { first: 3 }, client: 'web' }])
  const relay = await read({ 'persisted.json': '{"abc": "query R { a }"}' }, 'persisted.json')
  expect(relay.operations).toMatchObject([{ name: 'R' }])
})

test('Invalid GraphQL is reported with its place; a missing file is refused', async () => {
  const { unreadable } = await read({ 'a.graphql': 'query A {\n  a(\n}' })
  expect(unreadable).toMatchObject([{ message: expect.stringContaining('Syntax Error'), place: { line: 3 } }])
  await expect(readOperations(join(folder, 'nowhere'))).rejects.toThrow('there is no such file or folder')
  await expect(read({ 'other.json': '[1]' }, 'other.json')).rejects.toThrow('is not a manifest of persisted operations')
})
