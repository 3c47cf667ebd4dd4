/** The Node that runs the product: an installed one, or one that `npm install` adds. */
import { execFile } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeEach, expect, test } from '@jest/globals'
import { processEnvironment } from '../../platform/memory/node-flags.ts'
import { newFolder } from '../support/folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)
const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` }
const GUARD = '--import ./install/node-24.js '

let folder: string
beforeEach(async () => {
  folder = await newFolder()
})

// biome-ignore lint/suspicious/noExplicitAny: any JSON
async function edit(path: string, change: (content: any) => void): Promise<void> {
  const content = JSON.parse(await readFile(join(folder, path), 'utf8'))
  change(content)
  await writeFile(join(folder, path), JSON.stringify(content))
}

const readScripts = async (): Promise<Readonly<Record<string, string>>> =>
  JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).scripts

/** npm before 11.12 skips only the optional package, and installs its dependencies. */
async function skipsByEngines(): Promise<boolean> {
  const { stdout } = await run('npm', ['--version'], { env })
  const [major = 0, minor = 0] = stdout.split('.').map(Number)
  return major > 11 || (major === 11 && minor >= 12)
}

test('Every script that runs Node first checks its version', async () => {
  const unguarded = Object.values(await readScripts()).filter((script) =>
    script
      .split(/\bnode (?=\S)/)
      .slice(1)
      .some((args) => !args.startsWith(GUARD)),
  )
  expect(unguarded).toEqual([])
})

test('An older Node prints in one line what is needed, and runs nothing', async () => {
  const older = join(folder, 'older.mjs')
  const text = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.1.0' } })"
  await writeFile(older, text)
  const { database = '' } = await readScripts()
  const [, ...args] = database.split(' ')
  const failed = run(process.execPath, ['--import', older, ...args], { cwd: root })
  const stderr = 'Node 24 or newer is needed, and this is Node 22.1.0: `npm install` adds one where yours is older.\n'
  await expect(failed).rejects.toMatchObject({ code: 1, stdout: '', stderr })
})

test('Programs of scripts start from compiled code, and so does what they start', async () => {
  const asked = "[process.env.NODE_COMPILE_CACHE, require('node:module').getCompileCacheDir()].join()"
  const guard = ['--import', './install/node-24.js', '-p', asked]
  const { NODE_COMPILE_CACHE: _, ...unset }: NodeJS.ProcessEnv = env
  const told = async (settings: NodeJS.ProcessEnv) =>
    (await run(process.execPath, guard, { cwd: root, env: settings })).stdout
  const { NODE_COMPILE_CACHE: usual } = processEnvironment
  expect(await told(unset)).toMatch(`${usual},${usual}/`)
  expect(await told({ ...unset, NODE_COMPILE_CACHE: folder })).toMatch(`${folder},${folder}/`)
})

test.each([
  ['no Node', 'is new enough', undefined, false],
  ['Node 24', 'is too old', '>=24', true],
])('npm ci adds %s where the running Node %s', async (_what, _how, engines, expected) => {
  for (const path of ['package.json', 'package-lock.json', '.npmrc', 'install'])
    await cp(join(root, path), join(folder, path), { recursive: true })
  // No older Node is installed: this one stands in for it, with the condition inverted.
  if (engines) {
    await edit('package-lock.json', (lock) => (lock.packages['install/node'].engines.node = engines))
    await edit('install/node/package.json', (description) => (description.engines.node = engines))
  }
  const { stdout } = await run('npm', ['ci', '--dry-run', '--offline', '--ignore-scripts'], { cwd: folder, env })
  const added = stdout.split('\n').filter((line) => line.startsWith('add '))
  expect(added.length).toBeGreaterThan(100)
  const withNode = !(await skipsByEngines()) || expected
  expect(added.some((line) => line.startsWith('add node '))).toBe(withNode)
})
