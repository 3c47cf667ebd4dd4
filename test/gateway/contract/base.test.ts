/** What a revision counts as, whether its services compose or not. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from '@jest/globals'
import { composeSchemas } from '../../../gateway/composition/compose.ts'
import { type Base, readBase } from '../../../gateway/contract/sources/base.ts'
import { newFolder } from '../../support/folder.ts'

const run = promisify(execFile)
const HEAD = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
const shop = `${HEAD}type Query { products: [Product!]! }
type Product @key(fields: "id") { id: ID! name: String! }`
const stock = `${HEAD}type Product @key(fields: "id") { id: ID! stock: Int! }`
/** Composes, but nobody can get from a product of the shop to its stock. */
const lost = `${HEAD}type Product @key(fields: "sku") { sku: ID! stock: Int! }`
const COMMITTED = 'type Query {\n  products: String\n}\n'

let folder: string
beforeAll(async () => {
  folder = await newFolder()
  await git('init', '-q', '-b', 'main')
})

const git = (...args: string[]) => run('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: folder })
const pathOf = (name: string): string => join(folder, `${name}.graphql`)

/** Files of a revision with these schemas. @param supergraph composed file; none without it */
async function baseOf(ofStock: string, supergraph?: string): Promise<Base> {
  const files = Object.entries({ shop, stock: ofStock }).map(([name, sdl]) => ({ name, sdl, path: pathOf(name) }))
  for (const { path, sdl } of files) await writeFile(path, sdl)
  await writeFile(pathOf('supergraph'), supergraph ?? '')
  await writeFile(pathOf('schema'), COMMITTED)
  await git('add', '.')
  await git('commit', '-qm', 'a state')
  return readBase({
    base: 'HEAD',
    target: undefined,
    files,
    composition: undefined,
    composed: supergraph === undefined ? undefined : { supergraph: pathOf('supergraph'), schema: pathOf('schema') },
    fileOf: pathOf,
  })
}

test('A base whose fields no query can reach does not count as composed', async () => {
  const alone = await baseOf(lost)
  expect([alone.schema, alone.supergraph, alone.services?.length]).toEqual([undefined, undefined, 2])
  const before = composeSchemas(
    ['shop', 'stock'].map((name, at) => ({ name, sdl: [shop, stock][at] ?? '', file: name })),
  )
  expect(await baseOf(lost, before.supergraph)).toMatchObject({ schema: COMMITTED, supergraph: undefined })
  expect((await baseOf(stock, before.supergraph)).supergraph).toBe(before.supergraph)
  expect((await baseOf(stock)).schema).toBe(before.schema)
})
