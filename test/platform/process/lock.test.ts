import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { tryLock } from '../../../platform/process/lock.ts'
import { makeDataFolder, type TestFolder } from '../../support/data-folder.ts'

let folder: TestFolder
let file: string
beforeAll(async () => {
  folder = await makeDataFolder()
  file = join(folder.path, 'lock')
})
afterAll(() => folder.remove())

/** Another process that tries the lock, prints whether it got it, and holds it until it ends. */
const contend = async () => {
  const module = new URL('../../../platform/process/lock.ts', import.meta.url)
  const script = `const { tryLock } = await import('${module}')
    const lock = tryLock(process.argv[1])
    console.log(lock ? 'taken' : 'refused')
    setInterval(() => lock, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, file])
  const [answer] = (await once(child.stdout, 'data')) as [Buffer]
  return { answer: answer.toString().trim(), child }
}

test('One process holds the lock, and a killed process releases it', async () => {
  const first = await contend()
  expect(first.answer).toBe('taken')
  expect(tryLock(file)).toBeUndefined()
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const lock = tryLock(file)
  expect(lock).toBeDefined()
  const second = await contend()
  expect(second.answer).toBe('refused')
  second.child.kill('SIGKILL')
  lock?.release()
  expect(await readdir(folder.path)).toEqual(['lock'])
})

test('Exactly one of several simultaneous attempts gets the lock', async () => {
  const contenders = await Promise.all(Array.from({ length: 4 }, contend))
  expect(contenders.map(({ answer }) => answer).sort()).toEqual(['refused', 'refused', 'refused', 'taken'])
  for (const { child } of contenders) child.kill('SIGKILL')
  await Promise.all(contenders.map(({ child }) => child.exitCode ?? once(child, 'exit')))
})

test('A file that is no lock stays unchanged', async () => {
  const other = join(folder.path, 'other')
  await writeFile(other, 'something else entirely '.repeat(100))
  expect(() => tryLock(other)).toThrow('file is not a database')
})
