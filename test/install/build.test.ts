/** The build step of `npm install`, without development packages. */
import { execFile } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeEach, expect, test } from '@jest/globals'
import { newFolder } from '../support/folder.ts'

let folder: string
beforeEach(async () => {
  folder = await newFolder()
  await cp(fileURLToPath(new URL('../../install', import.meta.url)), join(folder, 'install'), { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
})

const build = () => promisify(execFile)(process.execPath, [join(folder, 'install/build.ts')])

test('A missing part that cannot be built is refused in one line', async () => {
  const stderr =
    'The build needs prisma, @graphql-codegen/cli, and vite: run `npm ci` first, then `npm prune --omit=dev`.\n'
  await expect(build()).rejects.toMatchObject({ code: 1, stdout: '', stderr })
})

test('A part that was built before is kept', async () => {
  for (const path of [
    'prisma/generated/client.ts',
    'gateway/playground/dist/.inputs',
    'client/dist/.inputs',
    'client/app/dist/.inputs',
  ]) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), '')
  }
  expect(await build()).toEqual({ stdout: '', stderr: '' })
})
