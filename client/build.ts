/**
 * Generates code from the schema and the `.graphql` files, and compiles the library into
 * `client/dist` for projects outside. `npm install` runs it; it does nothing if no input has
 * changed.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { writeManifests } from './codegen/manifests.ts'
import { generateOperations, withOptionalKeys } from './codegen/operations.ts'
import { writeIntrospection, writeSchemaFacts } from './codegen/schema-facts.ts'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const generated = join(here, 'generated/')
const dist = join(here, 'dist')
const stamp = join(dist, '.inputs')
const schemaFile = join(root, 'gateway/schema.graphql')

const inputs = await digestOfInputs()
if ((await readFile(stamp, 'utf8').catch(() => undefined)) !== inputs) {
  const schema = buildSchema(await readFile(schemaFile, 'utf8'))
  await generateCode(schema)
  await compile()
  await writeFile(join(dist, 'schema.graphql'), withOptionalKeys(schema))
  // Written last, so that a later run repeats an interrupted build.
  await writeFile(stamp, inputs)
}

async function digestOfInputs(): Promise<string> {
  const hash = createHash('sha256')
  const files = [schemaFile, join(root, 'tsconfig.json'), join(root, 'package-lock.json')]
  const exclude = (name: string): boolean => /^(generated|dist|app)$/.test(name)
  for await (const name of glob('**/*.{ts,graphql,json}', { cwd: here, exclude })) files.push(join(here, name))
  for (const file of files.sort()) hash.update(await readFile(file)).update('\0')
  return hash.digest('hex')
}

async function generateCode(schema: GraphQLSchema): Promise<void> {
  await mkdir(generated, { recursive: true })
  await generateOperations(schema, [join(here, 'operations/**/*.graphql')], generated)
  await writeManifests(generated)
  await writeSchemaFacts(schema, generated)
  await writeIntrospection(schema, generated)
}

async function compile(): Promise<void> {
  await rm(dist, { recursive: true, force: true })
  const compiler = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(here, 'tsconfig.build.json')], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The client library does not compile.')
  await mkdir(join(dist, 'generated'), { recursive: true })
  for (const name of ['persisted-documents.json', 'persisted-queries.json'])
    await copyFile(join(generated, name), join(dist, 'generated', name))
}
