/** Database tools find the database by themselves. */
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { processEnvironment } from '../../platform/memory/node-flags.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const { PATH = '', HOME = '' } = process.env

let folder: TestFolder
beforeAll(async () => {
  folder = await makeDataFolder()
  await mkdir(join(folder.path, 'postgres/cluster'), { recursive: true })
  await writeFile(join(folder.path, 'postgres/password'), 'word')
  await writeFile(join(folder.path, 'postgres/cluster/postmaster.pid'), '1\n/data\n0\n5999\n\n127.0.0.1\n')
})
afterAll(() => folder.remove())

const run = (args: readonly string[], environment: Record<string, string>) =>
  promisify(execFile)(process.execPath, args, {
    cwd: project,
    env: { ...processEnvironment, PATH, HOME, ...environment },
  })

test('The URL of the embedded database is printed while it runs', async () => {
  const embedded = 'postgresql://tributary:word@127.0.0.1:5999/tributary\n'
  expect((await run(['prisma/url.ts'], { DATA_DIR: folder.path })).stdout).toBe(embedded)
  const elsewhere = 'postgresql://bank@db.example/bank'
  expect((await run(['prisma/url.ts'], { DATABASE_URL: elsewhere })).stdout).toBe(`${elsewhere}\n`)
  await expect(run(['prisma/url.ts'], { DATA_DIR: '/nowhere' })).rejects.toMatchObject({
    code: 2,
    stderr: 'No database runs in /nowhere: npm start runs one.\n',
  })
})

test.each<[string, () => Record<string, string>, string]>([
  ['the embedded database', () => ({ DATA_DIR: folder.path }), '127.0.0.1:5999'],
  ['DATABASE_URL', () => ({ DATABASE_URL: 'postgresql://bank@127.0.0.1:5998/bank' }), '127.0.0.1:5998'],
])('Prisma’s own commands are given %s', async (_what, environment, address) => {
  // `node` replaces the engine, which Prisma would download: it fails after the URL was found.
  const env = { ...environment(), PRISMA_SCHEMA_ENGINE_BINARY: process.execPath }
  const failed = (await run(['node_modules/prisma/build/index.js', 'migrate', 'deploy'], env).catch(
    (error: unknown) => error,
  )) as { stdout: string; stderr: string }
  expect(`${failed.stdout}${failed.stderr}`).toContain(address)
})

test('Prisma generates its client without a database', async () => {
  await rm(join(folder.path, 'postgres/password'))
  const { stdout } = await run(['node_modules/prisma/build/index.js', 'validate'], {
    DATA_DIR: folder.path,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  })
  expect(stdout).toContain('is valid')
})
