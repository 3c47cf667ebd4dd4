/**
 * Runs Relay's compiler over the documents of this folder, with the settings that `docs/relay.md`
 * shows.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ConcreteRequest, ReaderFragment } from 'relay-runtime'

interface Artifacts {
  readonly names: readonly string[]
  query(name: string): ConcreteRequest
  fragment(name: string): ReaderFragment
  remove(): Promise<void>
}

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const SUFFIX = '.graphql.js'

export async function compileDocuments(): Promise<Artifacts> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'))
  const page = await readFile(new URL('../../../docs/relay.md', import.meta.url), 'utf8')
  const [, shown = ''] = /```json\n(.*?)```/s.exec(page) ?? []
  const { schemaConfig } = JSON.parse(shown)
  const config = {
    src: pathOf('.'),
    schema: pathOf('../../../gateway/schema.graphql'),
    artifactDirectory: folder,
    language: 'javascript',
    eagerEsModules: false,
    excludes: ['**/*.ts'],
    schemaConfig,
  }
  const file = join(folder, 'relay.config.json')
  await writeFile(file, JSON.stringify(config))
  const compiler = pathOf('../../../node_modules/relay-compiler/cli.js')
  await promisify(execFile)(process.execPath, [compiler, file])
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX))
  const load = createRequire(join(folder, 'x.js'))
  return {
    names: names.map((name) => name.slice(0, -SUFFIX.length)),
    query: (name) => load(`./${name}${SUFFIX}`) as ConcreteRequest,
    fragment: (name) => load(`./${name}${SUFFIX}`) as ReaderFragment,
    remove: () => rm(folder, { recursive: true }),
  }
}
