import { mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { textOfDay } from '../../../gateway/usage/day.ts'
import { addToday } from '../../../gateway/usage/files.ts'
import { readRecorded } from '../../../gateway/usage/read.ts'
import type { UsedDocument, UseRecords } from '../../../gateway/usage/records.ts'
import { tryLock } from '../../../platform/process/lock.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string
beforeEach(async () => {
  folder = await newFolder()
})

const records = (version = '1'): UseRecords => ({
  documents: { d1: { operation: 'One', kind: 'query', coordinates: ['Query.a'] } },
  rows: [{ document: 'd1', client: 'web', version, requests: 1, given: {} }],
})
const add = (to: string, use: UseRecords, days: number, now?: number): Promise<boolean> =>
  addToday(to, [textOfDay('2026-01-01', use)], days, now)
const at = (day: string): number => Date.parse(`${day}T12:00:00Z`)
const totalOf = async (path: string): Promise<number> =>
  (await readRecorded(path)).flatMap(({ rows }) => rows).reduce((sum, { requests }) => sum + requests, 0)

test('Usage is summed in one file per day, which is never partially written', async () => {
  await add(folder, records(), 60, at('2026-01-01'))
  await add(folder, records('2'), 60, at('2026-01-01'))
  await add(folder, records('2'), 60, at('2026-01-02'))
  expect((await readdir(folder)).sort()).toEqual(['2026-01-01.json', '2026-01-02.json', 'lock'])
  expect(await readRecorded(join(folder, '2026-01-01.json'))).toMatchObject([{ day: '2026-01-01', rows: [{}, {}] }])
  expect(await totalOf(folder)).toBe(3)
})

test('An operation recorded without a text gets one later, and the first text stays', async () => {
  const day = at('2026-01-01')
  const texts = async (): Promise<unknown> => (await readRecorded(folder)).map(({ documents }) => documents['d1']?.text)
  for (const text of [undefined, '{a}', '{alias1:a}', undefined]) {
    const { documents, rows } = records()
    await add(
      folder,
      { documents: { d1: { ...documents['d1'], ...(text && { text }) } as UsedDocument }, rows },
      60,
      day,
    )
    expect(await texts()).toEqual([text === undefined && (await totalOf(folder)) === 1 ? undefined : '{a}'])
  }
})

test('While another process writes usage, the call writes nothing and returns false at once', async () => {
  const lock = tryLock(join(folder, 'lock'))
  expect(await add(folder, records(), 60)).toBe(false)
  lock?.release()
  expect(await add(folder, records(), 60)).toBe(true)
  expect(await totalOf(folder)).toBe(1)
})

test('Expired days and drafts of killed processes are removed', async () => {
  await add(folder, records(), 2, at('2026-01-01'))
  await writeFile(join(folder, '2026-01-02.killed.draft'), 'half')
  await writeFile(join(folder, 'notes.json'), '{}')
  await add(folder, records(), 2, at('2026-01-03'))
  expect((await readdir(folder)).sort()).toEqual(['2026-01-01.json', '2026-01-03.json', 'lock', 'notes.json'])
  await add(folder, records(), 2, at('2026-01-04'))
  expect((await readdir(folder)).sort()).toEqual(['2026-01-03.json', '2026-01-04.json', 'lock', 'notes.json'])
})

test('Usage is added once although something old cannot be removed', async () => {
  await mkdir(join(folder, 'a folder.draft'))
  expect(await add(folder, records(), 2, at('2026-01-01'))).toBe(true)
  expect(await add(folder, records(), 2, at('2026-01-04'))).toBe(true)
  expect(await readdir(folder)).not.toContain('2026-01-01.json')
})

test('A file of the day that cannot be read now is not replaced', async () => {
  const file = join(folder, '2026-01-01.json')
  await symlink(file, file) // to itself
  await expect(add(folder, records(), 60, at('2026-01-01'))).rejects.toMatchObject({ code: 'ELOOP' })
  expect(await readlink(file)).toBe(file)
})

test('A truncated usage file loses its day only: the next one replaces it', async () => {
  await writeFile(join(folder, '2026-01-01.json'), '{"format":"tributary-us')
  await add(folder, records(), 60, at('2026-01-01'))
  expect(await totalOf(folder)).toBe(1)
})

test('Usage folders of several gateways are read as one; other files are refused with an explanation', async () => {
  await mkdir(join(folder, 'all'))
  await add(join(folder, 'all/one'), records(), 60)
  await add(join(folder, 'all/two'), records(), 60)
  expect(await totalOf(join(folder, 'all'))).toBe(2)
  await writeFile(join(folder, 'other.json'), await readFile(new URL('../../../package.json', import.meta.url)))
  await expect(readRecorded(join(folder, 'other.json'))).rejects.toThrow('other.json: is no file of recorded use.')
  await expect(readRecorded(join(folder, 'nowhere'))).rejects.toThrow('nowhere: there is no such file or folder.')
  await mkdir(join(folder, 'empty'))
  await expect(readRecorded(join(folder, 'empty'))).rejects.toThrow('empty: has no file of recorded use.')
})
